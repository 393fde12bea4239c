"""`parvis charter judge`: what a charter file says of a text, without a database."""

import argparse
from pathlib import Path
from typing import Any


def add_parser(subparsers: Any) -> None:
    """Add `charter` and its subcommands to the command line."""
    charter = subparsers.add_parser("charter", help="try a charter file")
    commands = charter.add_subparsers(required=True, metavar="COMMAND")
    parser = commands.add_parser("judge", help="print the verdict of a charter file on a text")
    parser.add_argument("--charter", required=True, type=Path, metavar="FILE")
    parser.add_argument("--act", required=True, help="for example post.publish")
    text = parser.add_mutually_exclusive_group(required=True)
    text.add_argument("--text", help="what the member writes")
    text.add_argument("--text-file", metavar="FILE", help='the same from a file; "-" reads stdin')
    parser.add_argument(
        "--as", dest="roles", action="append", default=[], metavar="ROLE",
        help="capacity or group of the author; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--to", dest="recipients", action="append", default=[], metavar="ROLE",
        help="capacity or group of a recipient; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--place", dest="places", action="append", default=[], metavar="PLACE",
        help="community, meeting, community:social, … or the slug of a place",
    )  # fmt: skip
    parser.add_argument(
        "--file", dest="files", action="append", default=[], type=Path, metavar="FILE",
        help="a file that comes along; may be repeated",
    )  # fmt: skip
    parser.add_argument("--at", metavar="MOMENT", help="judge as if it were 2027-07-20T10:00")
    parser.add_argument(
        "--event", dest="events", action="append", default=[], metavar="NAME=MOMENT",
        help="date an event of the calendar; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--timezone", default="Europe/Paris", help="by whose clock moments are read (%(default)s)"
    )
    parser.add_argument(
        "--count",
        type=int,
        default=0,
        metavar="N",
        help="times the author did the same just before",
    )
    parser.add_argument("--published", type=int, default=0, help="contributions published before")
    parser.add_argument("--language", help="leave out term lists of other languages")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    # Imported when it runs: the other commands should not wait for it.
    from parvis.features.charter import commands

    return commands.run(args)
