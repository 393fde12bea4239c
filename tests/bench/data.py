"""The contest's data: 2,000 members, 50 communities, 2,000 posts, 40,000 comments, a meeting."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg

from parvis.core import clock, crypto, text
from parvis.core.ids import new_id
from parvis.features.contributions.revisions import EXCERPT_LENGTH

MEMBERS, COMMUNITIES, POSTS, COMMENTS, QUESTIONS = 2_000, 50, 2_000, 40_000, 400
JOINED = 10
LABEL = "Cliente depuis 2014"
_TEXT = """
dividende conseil assemblée actionnaire mandat couverture taux obligation résultat client
fournisseur distributeur exercice trimestre projet calendrier investissement transition énergie
acier gestion confiance transmission famille société réponse question séance rapport comité
"""
WORDS = _TEXT.split()


@dataclass(frozen=True)
class Contest:
    """What the load needs to know of the data."""

    tenant_id: UUID
    host: str
    session: str
    community_id: UUID
    community_slug: str
    meeting_slug: str


class Filler:
    """Writes the contest's rows as superuser, by COPY; the seed is fixed, so runs compare."""

    def __init__(self, connection: asyncpg.Connection, tenant_id: UUID) -> None:
        self.connection, self.tenant_id = connection, tenant_id
        self.random = random.Random(20261121)
        self.at = datetime.now(UTC) - timedelta(days=60)

    async def fill(self) -> list[UUID]:
        """Write everything but the meeting; return the members."""
        members = await self._members()
        communities = await self._communities(members)
        await self._posts(members, communities)
        return members

    async def _members(self) -> list[UUID]:
        ids = [self.next_id() for _ in range(MEMBERS)]
        await self.copy("member", [
            (i, f"Prénom{n} Nom{n}", "bench", "fr", "client", LABEL, "active", self.at)
            for n, i in enumerate(ids)
        ], "id display_name name_source locale capacity capacity_label state "
           "joined_at")  # fmt: skip
        return ids

    async def _communities(self, members: list[UUID]) -> list[UUID]:
        ids = [self.next_id() for _ in range(COMMUNITIES)]
        await self.copy("community", [
            (i, f"bench-{n}", f"Communauté {n}", "", "open", "free", "business", 100 + n, self.at)
            for n, i in enumerate(ids)
        ], "id slug title description visibility joining kind position created_at")  # fmt: skip
        await self.copy("community_member", [
            (self.next_id(), community, member, "member", "member", self.at)
            for member in members
            for community in self.random.sample(ids, JOINED)
        ], "id community_id member_id standing role joined_at")  # fmt: skip
        return ids

    async def _posts(self, members: list[UUID], communities: list[UUID]) -> None:
        posts = [(self.next_id(), self.random.choice(communities)) for _ in range(POSTS)]
        await self.contributions("post", [(i, place, None) for i, place in posts], members)
        replies: dict[UUID, int] = {}
        comments = []
        for _ in range(COMMENTS):
            post, place = self.random.choice(posts)
            replies[post] = replies.get(post, 0) + 1
            comments.append((self.next_id(), place, post))
        await self.contributions("comment", comments, members)
        await self.copy("post", [
            (i, place, "discussion", False, replies.get(i, 0), 0) for i, place in posts
        ], "id community_id post_kind is_official comment_count thank_count")  # fmt: skip

    async def contributions(
        self, kind: str, rows: Sequence[tuple[UUID, UUID, UUID | None]], members: list[UUID]
    ) -> None:
        revisions = [(self.next_id(), i, self.random.choice(members)) for i, _, _ in rows]
        await self.copy("contribution", [
            (i, kind, author, place, parent, None, self.at)
            for (i, place, parent), (_, _, author) in zip(rows, revisions, strict=True)
        ], "id kind author_id place_id parent_id live_revision_id created_at")  # fmt: skip
        await self.copy("revision", [
            (r, i, 1, self._words(6) if kind == "post" else "", body, text.to_html(body),
             text.excerpt(body, EXCERPT_LENGTH), author, "client", LABEL, b"", "", self.at)
            for r, i, author in revisions
            for body in [self._words(self.random.randint(30, 110))]
        ], "id contribution_id number title body body_html excerpt author_id capacity "
           "capacity_label salt digest created_at")  # fmt: skip
        await self.connection.executemany(
            "UPDATE contribution SET live_revision_id = $3 WHERE tenant_id = $1 AND id = $2",
            [(self.tenant_id, i, r) for r, i, _ in revisions],
        )

    async def copy(self, table: str, rows: list[tuple[object, ...]], columns: str) -> None:
        await self.connection.copy_records_to_table(
            table,
            records=[(self.tenant_id, *row) for row in rows],
            columns=["tenant_id", *columns.split()],
        )

    def next_id(self) -> UUID:
        self.at += timedelta(seconds=40)
        with clock.travel(self.at):
            return new_id()

    def _words(self, count: int) -> str:
        return " ".join(self.random.choice(WORDS) for _ in range(count)).capitalize() + "."


async def sign_in(connection: asyncpg.Connection, tenant_id: UUID, member_id: UUID) -> str:
    """Give a member a session and the charter's acceptance; return the cookie's value."""
    session, now = crypto.token(), datetime.now(UTC)
    issuer = await connection.fetchrow(
        "SELECT id, issuer FROM connection WHERE tenant_id = $1 LIMIT 1", tenant_id
    )
    await connection.execute(
        "INSERT INTO auth_session (tenant_id, id, token_hash, member_id, connection_id, issuer,"
        " sub, created_at, last_seen_at, idle_until, absolute_until)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $9)",
        tenant_id, new_id(), crypto.digest(session), member_id, issuer["id"], issuer["issuer"],
        str(member_id), now, now + timedelta(hours=12),
    )  # fmt: skip
    version = await connection.fetchrow(
        "SELECT id, sha256 FROM charter_version WHERE tenant_id = $1 ORDER BY number DESC LIMIT 1",
        tenant_id,
    )
    await connection.execute(
        "INSERT INTO charter_acceptance (tenant_id, id, version_id, member_id, decision, locale,"
        " sha256, how, at) VALUES ($1, $2, $3, $4, 'accepted', 'fr', $5, 'interstitial', $6)",
        tenant_id, new_id(), version["id"], member_id, version["sha256"], now,
    )  # fmt: skip
    return session
