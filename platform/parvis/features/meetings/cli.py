"""`parvis meeting deadlines`: the dates of a meeting, from its date alone."""

import argparse
from typing import Any

from parvis.features.meetings.presets import preset_ids


def add_parser(subparsers: Any) -> None:
    """Add `meeting deadlines` to the command line of Parvis."""
    meeting = subparsers.add_parser("meeting", help="general meetings")
    commands = meeting.add_subparsers(metavar="COMMAND", required=True)
    parser = commands.add_parser(
        "deadlines",
        help="compute the dates of a meeting and show how they were counted",
        description="Compute the dates of a meeting. The notice of the meeting always wins.",
    )
    parser.add_argument("--preset", required=True, help=f"one of {', '.join(preset_ids())}")
    parser.add_argument("--date", required=True, help="the day of the meeting, YYYY-MM-DD")
    parser.add_argument("--seat", help="where the company has its seat (France: département, 67)")
    parser.add_argument("--mode", help="only the dates of this mode of the preset")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    # Imported when it runs: the other commands should not wait for it.
    from parvis.features.meetings import commands

    return commands.run(args)
