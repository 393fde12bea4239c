"""The demonstration's own pages, served inside one process and to this machine only."""

import asyncio
import ipaddress
import signal
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server


class NotLoopbackError(Exception):
    """The address could be reached from another machine."""


def require_loopback(address: str) -> None:
    """Return only for an address of this very machine: there is no password behind it."""
    try:
        is_loopback = ipaddress.ip_address(address).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise NotLoopbackError(f"{address} is not a loopback address: this is a demonstration")


async def serve(application: Any, *, address: str, port: int) -> None:
    """Serve `application` until SIGTERM or SIGINT."""
    require_loopback(address)
    server = Server(
        application,
        address=address,
        port=port,
        interface=Interfaces.ASGI,
        websockets=False,
        log_level=LogLevels.warning,
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    await server.serve()
