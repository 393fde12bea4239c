"""Who is signed in at the provider, in which browser, for which application."""

import secrets
from datetime import datetime, timedelta

import msgspec

from parvis.core import clock
from parvis.demo.identity_provider.directory import Client, Persona
from parvis.demo.identity_provider.shelf import Shelf

LIFETIME = timedelta(hours=12)


class Presence(msgspec.Struct, frozen=True, kw_only=True):
    """A person signed in for one application, in one browser."""

    client: Client
    persona: Persona
    sid: str
    at: datetime


class Presences:
    """A browser's presences, one an application: personas belong to a tenant, not to everybody."""

    def __init__(self) -> None:
        self._browsers: Shelf[dict[str, Presence]] = Shelf(LIFETIME)

    def enter(self, browser: str, client: Client, persona: Persona) -> tuple[str, Presence]:
        """Return the browser's handle, new where it had none, and the presence of this moment."""
        known = self._browsers.get(browser)
        if known is None:
            known = {}
            browser = self._browsers.put(known)
        before = known.get(client.client_id)
        is_same = before is not None and before.persona.sub == persona.sub
        sid = before.sid if before is not None and is_same else secrets.token_urlsafe(16)
        presence = Presence(client=client, persona=persona, sid=sid, at=clock.now())
        known[client.client_id] = presence
        return browser, presence

    def here(self, browser: str, issuer_clients: dict[str, Client]) -> list[Presence]:
        """Return who is signed in in this browser at one issuer."""
        known = self._browsers.get(browser) or {}
        return [one for one in known.values() if issuer_clients.get(one.client.client_id)]

    def leave(self, browser: str, client: Client) -> Presence | None:
        """Return the presence that has just ended, None where nobody was."""
        known = self._browsers.get(browser) or {}
        return known.pop(client.client_id, None)
