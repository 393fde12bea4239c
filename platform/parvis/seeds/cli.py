"""`parvis seed`: believable life for the demonstration tenants."""

import argparse
from typing import Any

from parvis.core.command_line import add_reason


def add_parser(subparsers: Any) -> None:
    """Add `seed` to the command line."""
    seed = subparsers.add_parser("seed", help="give the demonstration tenants believable life")
    seed.add_argument("slugs", nargs="*", metavar="SLUG", help="only these (default: all)")
    add_reason(seed)
    seed.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    # Imported when it runs: the other commands should not wait for it.
    from parvis.seeds import runner

    return runner.run(arguments.slugs, arguments.reason)
