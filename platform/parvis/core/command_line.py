"""What commands of operators have in common. Imports nothing: `parvis --help` waits for it."""

import argparse

LONGEST_REASON = 500


def add_reason(*parsers: argparse.ArgumentParser) -> None:
    """Let commands be given a reason, which the tenant reads in its journal."""
    for parser in parsers:
        parser.add_argument(
            "--reason",
            type=_reason,
            default="",
            metavar="TEXT",
            help="why: the tenant reads it in its journal, so name no member",
        )


def _reason(text: str) -> str:
    given = " ".join(text.split())
    if len(given) > LONGEST_REASON:
        raise argparse.ArgumentTypeError(f"at most {LONGEST_REASON} characters")
    return given
