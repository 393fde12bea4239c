"""`parvis demo`: the whole product on one machine, with fictitious firms and people."""

import argparse
import sys
from pathlib import Path
from typing import Any

from parvis.settings import REPOSITORY


def add_parser(commands: Any) -> None:
    """Register the command."""
    demo = commands.add_parser("demo", help="run everything on this machine, with fictitious firms")
    demo.add_argument(
        "--data",
        type=Path,
        default=REPOSITORY / ".parvis",
        help="folder that keeps the data (default: .parvis beside the sources)",
    )
    demo.add_argument("--port", type=int, help="port of the web site (default: 8000 or the next)")
    demo.add_argument(
        "--development",
        action="store_const",
        dest="environment",
        const="development",
        default="demo",
        help="for those who work on Parvis: with the component gallery",
    )
    demo.set_defaults(run=run_demo)


def run_demo(arguments: argparse.Namespace) -> int:
    """Run until Ctrl-C and return 0; return 1, with the reason, when that is not possible."""
    # Imported here: the other commands work where the demonstration's packages are missing.
    from parvis.demo import supervisor
    from parvis.demo.child import ChildError
    from parvis.demo.identity_provider.directory import DirectoryError
    from parvis.demo.lock import FolderLockedError
    from parvis.demo.postgres import PostgresError
    from parvis.features.tenants.problems import TenantFileError

    try:
        supervisor.run(
            arguments.data,
            tenants=REPOSITORY / "tenants",
            web_port=arguments.port,
            environment=arguments.environment,
        )
    except FolderLockedError as error:
        return _refuse(f"it runs already: {error}. Stop it there, or give another --data folder.")
    except (ChildError, DirectoryError, PostgresError, TenantFileError, OSError) as error:
        return _refuse(str(error))
    return 0


def _refuse(reason: str) -> int:
    sys.stderr.write(f"parvis demo: {reason}\n")
    return 1
