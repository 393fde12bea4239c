"""Commands that need neither web nor database start without them."""

import subprocess
import sys

import pytest

from parvis.settings import REPOSITORY

CHARTER = str(REPOSITORY / "tenants/banque-orvance/charter.toml")
JUDGE = ["charter", "judge", "--charter", CHARTER, "--act", "post.publish", "--text", "Bonjour"]
DEADLINES = ["meeting", "deadlines", "--preset", "fr", "--date", "2026-05-21"]
HEAVY = ("litestar", "asyncpg", "piccolo", "boto3", "authlib")
PROBE = f"""
import sys
from parvis import cli
status = cli.main(sys.argv[1:])
sys.exit(status or " ".join(name for name in {HEAVY} if name in sys.modules))
"""


@pytest.mark.parametrize("command", [JUDGE, DEADLINES], ids=["judge", "deadlines"])
def test_a_light_command_loads_nothing_heavy(command: list[str]) -> None:
    assert loaded(PROBE, *command) == ""


def test_the_probe_names_what_is_heavy() -> None:
    assert loaded(f"import asyncpg\n{PROBE}", *DEADLINES) == "asyncpg"


def loaded(program: str, *arguments: str) -> str:
    """Return what the program says at its end: the heavy packages that it loaded."""
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr.strip()
