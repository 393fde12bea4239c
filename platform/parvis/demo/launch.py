"""Start one program so that it cannot outlive its parent, and never as root where that matters.

Run as a script before the program itself: `python launch.py [--signal N] [--drop] program …`.
A `preexec_fn` would do the same inside a process that has threads, where it may deadlock.
"""

import argparse
import ctypes
import os
import pwd
import signal
import sys

UNPRIVILEGED = "nobody"
PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 8, 47, 2
CAPABILITY_VERSION, CAP_DAC_OVERRIDE = 0x20080522, 1


def command(
    program: list[str], *, stop_signal: int = signal.SIGTERM, drop: bool = False
) -> list[str]:
    """Return `program` wrapped in this launcher; `drop` gives up root, if that is what we are."""
    launcher = [sys.executable, "-I", "-S", __file__, "--signal", str(int(stop_signal))]
    return [*launcher, *(["--drop"] if drop else []), "--parent", str(os.getpid()), "--", *program]


def drop_root() -> None:
    """Become an ordinary user who may still reach folders under a root-only home.

    PostgreSQL refuses to run as root, yet a clone in /root is unreachable for anybody else:
    one capability is kept rather than the permissions of the parent folders widened.
    """
    user = pwd.getpwnam(UNPRIVILEGED)
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
    if libc:
        libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    if libc:
        _keep_capability(libc, CAP_DAC_OVERRIDE)
    os.environ["HOME"], os.environ["USER"] = "/nonexistent", UNPRIVILEGED


def _keep_capability(libc: ctypes.CDLL, capability: int) -> None:
    mask = 1 << capability
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    data = (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)  # effective, permitted, inheritable
    libc.capset(header, data)
    libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0)


def die_with_parent(parent: int, stop_signal: int) -> None:
    """Ask the kernel for `stop_signal` when the parent goes, kill -9 included (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, stop_signal, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the parent process is gone")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--signal", type=int, default=int(signal.SIGTERM))
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--drop", action="store_true")
    parser.add_argument("program", nargs="+")
    given = parser.parse_args()
    if given.drop and os.geteuid() == 0:
        drop_root()
    # After the change of user, which clears the request.
    die_with_parent(given.parent, given.signal)
    os.execv(given.program[0], given.program)  # noqa: S606 -- our own bundled program


if __name__ == "__main__":
    main()
