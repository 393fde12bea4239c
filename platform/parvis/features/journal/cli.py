"""`parvis journal verify | keys | proof`: what an operator does with the sealed journal."""

import argparse
from typing import Any

from parvis.core.command_line import add_reason


def add_parser(subparsers: Any) -> None:
    """Add `journal` and its subcommands to the command line."""
    journal = subparsers.add_parser("journal", help="verify the journal, and prove what it says")
    commands = journal.add_subparsers(required=True, metavar="COMMAND")
    _add_verify(commands)
    _add_keys(commands)
    _add_proof(commands)


def _add_verify(commands: Any) -> None:
    verify = commands.add_parser(
        "verify",
        help="compute all that is sealed again; 1 and the first bad entry if it does not hold",
    )
    verify.add_argument("--tenant", metavar="SLUG", help="only this one (default: every tenant)")
    verify.add_argument(
        "--from",
        dest="start",
        metavar="POSITION|DATE",
        help="begin at the last checkpoint before a position (12000) or a day (2026-11-22)",
    )
    verify.add_argument("--json", action="store_true", help="print JSON, one line a tenant")
    add_reason(verify)
    verify.set_defaults(run=_run_verify)


def _add_keys(commands: Any) -> None:
    keys = commands.add_parser("keys", help="list or renew the keys that sign checkpoints")
    whats = keys.add_subparsers(dest="what", required=True, metavar="WHAT")
    listed = whats.add_parser("list", help="list them, retired ones too")
    rotate = whats.add_parser("rotate", help="make a new key, which signs from now on")
    for parser in (listed, rotate):
        parser.add_argument("--tenant", metavar="SLUG", required=True)
        add_reason(parser)
        parser.set_defaults(run=_run_keys)


def _add_proof(commands: Any) -> None:
    proof = commands.add_parser("proof", help="write a subject's story as a file others verify")
    proof.add_argument("--tenant", metavar="SLUG", required=True)
    proof.add_argument("--subject", metavar="KIND:ID", required=True, help="question:0190…")
    proof.add_argument("-o", "--output", metavar="FILE", required=True, help="never overwritten")
    proof.add_argument("--words", action="store_true", help="add the words that members sent")
    add_reason(proof)
    proof.set_defaults(run=_run_proof)


def _run_verify(arguments: argparse.Namespace) -> int:
    # Imported when it runs: the other commands should not wait for it.
    from parvis.features.journal import commands

    return commands.run_verify(arguments)


def _run_keys(arguments: argparse.Namespace) -> int:
    from parvis.features.journal import commands

    return commands.run_keys(arguments)


def _run_proof(arguments: argparse.Namespace) -> int:
    from parvis.features.journal.evidence import commands

    return commands.run_proof(arguments)
