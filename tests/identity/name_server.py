"""An authoritative name server on loopback: the owner of a domain, as DNS shows them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset


class NameServer(asyncio.DatagramProtocol):
    """Answers TXT questions from `records`; other names of its zones exist and hold nothing.

    `rcode` makes it answer that instead; `is_silent` makes it answer nothing at all.
    """

    def __init__(self) -> None:
        self.records: dict[str, list[str]] = {}
        self.zones: set[str] = set()
        self.rcode: dns.rcode.Rcode | None = None
        self.is_silent = False
        self.asked: list[str] = []
        self.port = 0
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        query = dns.message.from_wire(data)
        name = query.question[0].name.to_text(omit_final_dot=True).lower()
        self.asked.append(name)
        if not self.is_silent:
            self._transport.sendto(self._answer(query, name).to_wire(), addr)

    def _answer(self, query: dns.message.Message, name: str) -> dns.message.Message:
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA | dns.flags.RA
        if self.rcode is not None:
            response.set_rcode(self.rcode)
        elif query.question[0].rdtype == dns.rdatatype.TXT and name in self.records:
            quoted = [f'"{text}"' for text in self.records[name]]
            response.answer.append(
                dns.rrset.from_text_list(query.question[0].name, 60, "IN", "TXT", quoted)
            )
        elif not any(name == zone or name.endswith(f".{zone}") for zone in self.zones):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response


@asynccontextmanager
async def serving() -> AsyncIterator[NameServer]:
    """Serve on a free port of loopback inside the block."""
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(NameServer, local_addr=("127.0.0.1", 0))
    server.port = transport.get_extra_info("sockname")[1]
    try:
        yield server
    finally:
        transport.close()
