"""`parvis seed`: believable life for the demonstration tenants."""

import argparse
from importlib import import_module
from typing import Any


def add_parser(subparsers: Any) -> None:
    """Add `seed` to the command line."""
    seed = subparsers.add_parser("seed", help="give the demonstration tenants believable life")
    seed.add_argument("slugs", nargs="*", metavar="SLUG", help="only these (default: all)")
    seed.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    # Loaded when needed: the other commands should not wait for what this one imports.
    status: int = import_module("parvis.seeds.runner").run(arguments.slugs)
    return status
