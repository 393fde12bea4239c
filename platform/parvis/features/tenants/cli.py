"""`parvis tenant new | apply | export | list | verify | keys | emergency`."""

import argparse
from pathlib import Path
from typing import Any

from parvis.core.command_line import add_reason


def add_parser(subparsers: Any) -> None:
    """Add `tenant` and its subcommands to the command line."""
    tenant = subparsers.add_parser("tenant", help="keep tenants as files")
    tenant.set_defaults(run=_run)
    commands = tenant.add_subparsers(dest="command", required=True, metavar="COMMAND")
    new = commands.add_parser("new", help="write a commented folder to start from")
    new.add_argument("slug", metavar="SLUG")
    new.add_argument("--name", help="the firm's name (default: made from the slug)")
    new.add_argument("--theme", default="parvis", help="a folder of themes/ (default: parvis)")
    new.add_argument("--to", type=Path, metavar="DIR", help="write DIR/SLUG (default: tenants/)")
    apply = commands.add_parser("apply", help="show what changes, then put it live")
    apply.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    apply.add_argument("--dry-run", action="store_true", help="only show what would change")
    apply.add_argument("--yes", action="store_true", help="do not ask, even on a terminal")
    export = commands.add_parser("export", help="write what is live back into files")
    export.add_argument("slug", metavar="SLUG")
    export.add_argument("--to", type=Path, metavar="DIR", help="write DIR/SLUG (default: tenants/)")
    add_reason(apply, export)
    commands.add_parser("list", help="list the tenants that are live")
    verify = commands.add_parser("verify", help="check files without a database")
    verify.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    _add_keys(commands)
    _add_emergency(commands)


def _add_keys(commands: Any) -> None:
    keys = commands.add_parser("keys", help="list or renew the keys that providers know us by")
    whats = keys.add_subparsers(dest="what", required=True, metavar="WHAT")
    listed = whats.add_parser("list", help="list the keys that are published")
    rotate = whats.add_parser("rotate", help="publish a new key, which signs a day from now")
    for parser in (listed, rotate):
        parser.add_argument("slug", metavar="SLUG")
    add_reason(listed, rotate)
    rotate.add_argument("--algorithm", help="only keys of this one (default: each in use)")
    rotate.add_argument(
        "--at-once", action="store_true", help="the old key is compromised: sign with the new now"
    )


def _add_emergency(commands: Any) -> None:
    emergency = commands.add_parser("emergency", help="who may sign in without any provider")
    whats = emergency.add_subparsers(dest="what", required=True, metavar="WHAT")
    add = whats.add_parser("add", help="make one, and print their one-time enrolment link")
    listed = whats.add_parser("list", help="list them")
    revoke = whats.add_parser("revoke", help="take emergency access away, at once")
    for parser in (add, listed, revoke):
        parser.add_argument("slug", metavar="SLUG")
    add_reason(add, listed, revoke)
    add.add_argument("--name", required=True, help="the person's name")
    for parser in (add, revoke):
        parser.add_argument("--email", required=True, help="what they sign in with")


def _run(arguments: argparse.Namespace) -> int:
    # Imported when it runs: the other commands should not wait for it.
    from parvis.features.tenants import commands

    return commands.run(arguments)
