"""The offline verifier as the one file that others run."""

from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
BEGINS, ENDS = "from parvis.features.journal.evidence.offline.arithmetic import (\n", ")\n"


@cache
def program() -> bytes:
    """Return verify.py: its own text, with that of `arithmetic` where it is imported from."""
    checks = (HERE / "verify.py").read_text("utf-8")
    before, _, rest = checks.partition(BEGINS)
    after = rest.partition(ENDS)[2]
    arithmetic = (HERE / "arithmetic.py").read_text("utf-8")
    computed = arithmetic[arithmetic.index("Point = ") :]
    return f"{before}{computed}\n{after}".encode()
