"""`parvis moderation export-statements`: statements of reasons for the Commission's database."""

import argparse
from datetime import date
from typing import Any

from parvis.core.command_line import add_reason


def add_parser(subparsers: Any) -> None:
    """Add `moderation` and its subcommands to the command line."""
    moderation = subparsers.add_parser("moderation", help="what a tenant owes the authorities")
    commands = moderation.add_subparsers(required=True, metavar="COMMAND")
    parser = commands.add_parser(
        "export-statements",
        help="print statements of reasons, one call of the Commission’s API a line",
    )
    parser.add_argument("--tenant", required=True, metavar="SLUG")
    for name, says in (("from", "first day"), ("to", "last day")):
        parser.add_argument(
            f"--{name}", dest=f"{name}_day", required=True, type=date.fromisoformat,
            metavar="YYYY-MM-DD", help=says,
        )  # fmt: skip
    add_reason(parser)
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    # Imported when it runs: the other commands should not wait for it.
    from parvis.features.transparency import commands

    return commands.run(args)
