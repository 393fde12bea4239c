"""What `parvis demo` prints once everything runs: where to look, and whom to be."""

import sys
import textwrap
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from parvis.demo.identity_provider.directory import Client, Issuer, Persona
from parvis.demo.plan import LOOPBACK, Places, Ports

WIDTH = 96


def say(text: str) -> None:
    """Print a line. A terminal that is gone must not keep us from what comes next."""
    with suppress(OSError):
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


def running(issuers: Iterable[Issuer], chosen: Ports, places: Places) -> str:
    """Return the text for the terminal."""
    issuers = list(issuers)
    lines = ["", "Parvis is running. Open one of these in Chromium or Firefox:", ""]
    clients = [client for issuer in issuers for client in issuer.clients.values()]
    for name in dict.fromkeys(client.tenant for client in clients):
        lines += _tenant([client for client in clients if client.tenant == name])
    lines += [
        "Sign in by clicking a person: there are no passwords, and nobody is real.",
        f"Mail that would have gone out   http://{LOOPBACK}:{chosen.mail_page}/",
        *(_provider(issuer) for issuer in issuers),
        f"Data and logs                   {_short(places.folder)}",
        "Stop with Ctrl-C; the next start takes seconds and keeps everything.",
        "",
    ]
    return "\n".join(lines)


def _tenant(clients: list[Client]) -> Iterator[str]:
    yield f"  {clients[0].tenant}"
    yield f"    {clients[0].url}/"
    for client in clients:
        people = ", ".join(_person(persona) for persona in client.personas.values())
        yield from textwrap.wrap(
            f"{client.label[client.locale]}: {people}",
            WIDTH,
            initial_indent="    ",
            subsequent_indent="      ",
        )
    yield ""


def _provider(issuer: Issuer) -> str:
    return f"Accounts and directory          {issuer.url}"


def _person(persona: Persona) -> str:
    part = persona.groups[0].replace("_", " ") if persona.groups else persona.capacity
    return f"{persona.name} ({part})"


def _short(folder: Path) -> str:
    return str(folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder)
