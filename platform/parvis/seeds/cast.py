"""The people of a tenant: admitted as at sign-in, in their communities, under the charter."""

from collections import Counter
from functools import partial
from typing import Any
from zlib import crc32

import msgspec

from parvis.core import clock, db
from parvis.core.actor import Actor, Standing
from parvis.core.capacities import worded_label
from parvis.core.ids import CommunityId, MemberId
from parvis.core.tenancy import Tenant
from parvis.features.charter import actions as charter
from parvis.features.charter.in_force import in_force, in_force_of_community
from parvis.features.charter.rules import Written, verdict_together
from parvis.features.charter.tables import Decision
from parvis.features.charter.verdict import Effect, Verdict
from parvis.features.charter.vocabulary import PLACE_PREFIX
from parvis.features.communities import actions as communities
from parvis.features.communities.rules import Community
from parvis.features.identity import admission, connections
from parvis.features.identity.connections import Connection
from parvis.features.identity.rules import is_verified, vouched_source
from parvis.integrations.login import SignedIn
from parvis.seeds.content import Life, Member, Persona
from parvis.seeds.timeline import Timeline

# Days before the seeding: the house opens, its people come in over the weeks that follow.
FIRST_DAYS = 66.0
NEWCOMER_DAYS = 2.5
# A persona meets their seeded life by signing in; the others have no account anywhere.
OWN_SUBJECT = "seed/{slug}/{key}"


class SeedError(Exception):
    """The seed's content cannot be played on this tenant."""


class Cast:
    """Everybody of a tenant, as actors by the key their seed file gives them."""

    def __init__(self, tenant: Tenant, life: Life, personas: dict[str, Persona]) -> None:
        self.tenant = tenant
        self._life = life
        self._personas = personas
        self._actors: dict[str, Actor] = {}
        self._published: Counter[str] = Counter()
        self._communities: dict[str, Community] = {}
        self._permissions: dict[str, frozenset[str]] = {}
        self._connections: dict[str, Connection] = {}

    async def load(self) -> None:
        """Read what the tenant's files have made: communities, groups, connections."""
        rows = await db.fetch(
            "SELECT id, slug, title, description, visibility, joining, kind FROM community"
            " WHERE tenant_id = $1"
        )
        self._communities = {row["slug"]: msgspec.convert(dict(row), Community) for row in rows}
        rows = await db.fetch("SELECT slug, permissions FROM role_group WHERE tenant_id = $1")
        self._permissions = {row["slug"]: frozenset(row["permissions"]) for row in rows}
        self._connections = {one.slug: one for one in await connections.enabled()}

    def plan(self, timeline: Timeline) -> None:
        """Let everybody come in before they first say something."""
        first = _first_words(self._life)
        for n, member in enumerate(self._life.member):
            spread = (n * 7) % 13 / 2
            days = min(FIRST_DAYS, first.get(member.key, 20.0) + 1 + spread)
            if self._persona(member).groups:  # the firm's own people open the house
                days = FIRST_DAYS
            if member.newcomer:
                days = NEWCOMER_DAYS
            timeline.plan(timeline.ago(days), partial(self._come_in, member))

    async def _come_in(self, member: Member) -> None:
        signed, connection = self._signed_in(member)
        member_id = await admission.admit(
            self.tenant, connection, signed, locale=self.tenant.locales[0]
        )
        await self._speak_for(member, member_id)
        self._actors[member.key] = await self._actor(member, connection, member_id)
        if not member.newcomer:
            await self._accept(member.key)
        for slug in member.communities:
            await self._join(member, slug)
            if not member.newcomer:
                await self._accept_own(member.key, self._communities[slug].id)

    async def _speak_for(self, member: Member, member_id: MemberId) -> None:
        """Let an adviser speak for a firm, as an administrator of members says it."""
        if member.firm:
            await db.execute(
                "UPDATE member SET firm = $3, register_number = $4"
                " WHERE tenant_id = $1 AND id = $2",
                member_id,
                member.firm,
                member.register or None,
            )

    def _signed_in(self, member: Member) -> tuple[SignedIn, Connection]:
        persona = self._persona(member)
        connection = self._connection(persona)
        claims = persona.claims()
        if not persona.email:  # nobody is written to who cannot read it
            claims["email_verified"] = False
        signed = SignedIn(
            issuer=connection.issuer, sub=persona.sub, claims=claims, id_token="", op_sid=None,
            acr=None, amr=None, auth_time=None,
        )  # fmt: skip
        return signed, connection

    def _persona(self, member: Member) -> Persona:
        if member.persona is None:
            return Persona(
                issuer="",
                sub=OWN_SUBJECT.format(slug=self.tenant.slug, key=member.key),
                name=member.name,
                email="",
                locale=self.tenant.locales[0],
                capacity=member.capacity,
                capacity_label=member.label,
                groups=member.groups,
            )
        if member.persona not in self._personas:
            raise SeedError(f"{self.tenant.slug}: no persona {member.persona} in its demo.toml")
        return self._personas[member.persona]

    def _connection(self, persona: Persona) -> Connection:
        """Return the way in of a persona's provider, the first one for everybody else."""
        ways = list(self._connections.values())
        return next((one for one in ways if one.issuer.endswith(f"/{persona.issuer}")), ways[0])

    async def _actor(self, member: Member, connection: Connection, member_id: MemberId) -> Actor:
        persona = self._persona(member)
        held = [self._permissions.get(group, frozenset()) for group in persona.groups]
        return Actor(
            tenant=self.tenant,
            locale=persona.locale,
            member_id=member_id,
            name=persona.name,
            name_source=vouched_source(connection),
            capacity=persona.capacity,
            capacity_label=worded_label(persona.capacity_label, member.firm, member.register),
            joined_at=clock.now(),
            roles=frozenset(persona.groups),
            permissions=frozenset().union(*held),
            managed=frozenset(CommunityId(self._communities[s].id) for s in member.manages),
        )

    async def _accept(self, key: str) -> None:
        current = await in_force(self.tenant)
        if current is None:
            raise SeedError(f"{self.tenant.slug}: its charter was not in force yet")
        given = charter.AcceptanceInput(decision=Decision.ACCEPTED, version=current.version.number)
        await charter.answer(self._actors[key], given, how="interstitial")
        self._actors[key] = msgspec.structs.replace(
            self._actors[key], accepted_at={current.version.id: clock.now()}
        )

    async def _accept_own(self, key: str, community_id: CommunityId) -> None:
        """Accept the charter that a community has of its own, if it has one."""
        own = await in_force_of_community(self.tenant, community_id)
        if own is None:
            return
        given = charter.AcceptanceInput(decision=Decision.ACCEPTED, version=own.version.number)
        actor = self._actors[key]
        await charter.answer(actor, given, how="join", community_id=community_id)
        self._actors[key] = msgspec.structs.replace(
            actor, accepted_at={**actor.accepted_at, own.version.id: clock.now()}
        )

    async def _join(self, member: Member, slug: str) -> None:
        """Join where that is free; elsewhere the firm lets its people in."""
        actor, community = self._actors[member.key], self._communities[slug]
        if community.joining == "free":
            await communities.join(actor, community)
        else:
            await db.insert(
                "community_member", community_id=community.id, member_id=actor.member_id,
                standing="member", joined_at=clock.now(),
            )  # fmt: skip
        if slug in member.manages:
            await db.execute(
                "UPDATE community_member SET role = 'manager'"
                " WHERE tenant_id = $1 AND community_id = $2 AND member_id = $3",
                community.id,
                actor.member_id,
            )

    def actor(self, key: str) -> Actor:
        """Return somebody as the charter's rules see them at this moment."""
        actor = self._actors[key]
        return msgspec.structs.replace(
            actor,
            standing=Standing(
                published=self._published[key], name_is_verified=is_verified(actor.name_source)
            ),
        )

    def holder_of(self, permission: str) -> Actor:
        """Return the first person who holds a permission."""
        for member in self._life.member:
            if member.key in self._actors and self._actors[member.key].may(permission):
                return self.actor(member.key)
        raise SeedError(f"{self.tenant.slug}: nobody holds {permission}")

    def others(self, key: str, slug: str | None = None) -> list[str]:
        """Return who else is in by now, or in one community, in an order that lasts."""
        there = [
            member.key
            for member in self._life.member
            if member.key in self._actors
            and member.key != key
            and not member.newcomer
            and (slug is None or slug in member.communities)
        ]
        return sorted(there, key=lambda one: crc32(f"{key}/{slug}/{one}".encode()))

    def community(self, slug: str) -> Community:
        """Return a community as its members know it."""
        return msgspec.structs.replace(self._communities[slug], standing="member")

    async def judged(
        self,
        key: str,
        act: str,
        fields: dict[str, str],
        place: Any,
        community_id: CommunityId | None = None,
    ) -> Verdict:
        """Return the charters' verdict on an act; SeedError when they refuse what we wrote."""
        charters = [await in_force(self.tenant)]
        if charters[0] is None:
            raise SeedError(f"{self.tenant.slug}: its charter was not in force yet")
        if community_id is not None:
            charters.append(await in_force_of_community(self.tenant, community_id))
        verdict = verdict_together(
            self.actor(key),
            [one for one in charters if one is not None],
            Written(act=act, fields=fields, place=place),
        )
        if verdict.effect is Effect.REFUSE:
            clauses = ", ".join(cause.clause for cause in verdict.causes)
            raise SeedError(
                f"{self.tenant.slug}: {clauses} refuses “{next(iter(fields.values()))}”"
            )
        self._published[key] += 1
        return verdict


def place_labels(community: Community) -> frozenset[str]:
    """Return what charters may call a community."""
    kinds = (community.kind, community.visibility)
    labels = {"community", PLACE_PREFIX + community.slug, *(f"community:{k}" for k in kinds)}
    return frozenset(labels)


def _first_words(life: Life) -> dict[str, float]:
    """Return how many days ago each person first says something."""
    first: dict[str, float] = {}
    said = [(post.by, post.age) for post in life.post]
    said += [(c.by, max(0.0, p.age - c.wait / 24)) for p in life.post for c in p.comment]
    said += [(q.by, q.age) for q in life.question]
    held = any(meeting.held_days_ago for meeting in life.meeting)
    said += [(q.by, FIRST_DAYS) for q in life.question if held and q.meeting]
    for key, days in said:
        first[key] = max(first.get(key, 0.0), days)
    return first
