"""The command line: `parvis demo, serve, worker, migrate, tenant, seed, charter, meeting, …`."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from importlib import import_module

from parvis.settings import SettingsError

# Each adds its subcommands; none imports more than its arguments need until it runs.
COMMANDS = (
    "parvis.server",
    "parvis.demo.cli",
    "parvis.features.tenants.cli",
    "parvis.seeds.cli",
    "parvis.features.charter.cli",
    "parvis.features.meetings.cli",
    "parvis.features.journal.cli",
    "parvis.features.transparency.cli",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 refused, 2 misused."""
    parser = argparse.ArgumentParser(prog="parvis", description=__doc__)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for module in COMMANDS:
        import_module(module).add_parser(commands)
    chosen = parser.parse_args(arguments)
    try:
        status: int = chosen.run(chosen)
    except SettingsError as error:
        sys.stderr.write(f"parvis: {error}\n")
        return 2
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 130
    return status


if __name__ == "__main__":
    sys.exit(main())
