"""Free ports on loopback."""

import errno
import socket
import time

LOOPBACKS = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))


def is_free(port: int) -> bool:
    """Whether nothing listens on `port` at either loopback address.

    Browsers try both for *.localhost: somebody else's server on ::1 would get our visitors.
    """
    for family, address in LOOPBACKS:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # Connections that linger after a stop must not push the next start to another port.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    return False
    return True


def wait_until_free(port: int, *, seconds: float) -> None:
    """Return once `port` is free, or after `seconds`."""
    deadline = time.monotonic() + seconds
    while not is_free(port) and time.monotonic() < deadline:
        time.sleep(0.1)


def free(wanted: int, *, taken: frozenset[int] = frozenset(), attempts: int = 200) -> int:
    """Return `wanted`, or the next port that is free and not in `taken`."""
    for port in range(wanted, min(wanted + attempts, 65536)):
        if port not in taken and is_free(port):
            return port
    raise OSError(errno.EADDRINUSE, f"no port from {wanted} on is free")
