"""Those who follow somebody are told what that person publishes where they may read it."""

from uuid import UUID
from zoneinfo import ZoneInfo

from parvis.core import clock, db, jobs, tenancy
from parvis.core.events import ContributionShown
from parvis.core.ids import new_id
from parvis.features.identity.names import listed

KIND = "followed_published"
_BATCH = 500

# Followers of the author who read the place, if the post is still there to be read. Whoever began
# to follow after it was written has found it already, or will on the author's page.
_FOLLOWERS = f"""
    SELECT f.id, f.follower_id, c.author_id, m.display_name AS name
      FROM contribution c
      JOIN community k ON k.tenant_id = $1 AND k.id = c.place_id
      JOIN member m ON m.tenant_id = $1 AND m.id = c.author_id AND {listed("m")}
      JOIN member_follow f ON f.tenant_id = $1 AND f.followed_id = c.author_id
                           AND f.created_at <= c.created_at
      JOIN member reader ON reader.tenant_id = $1 AND reader.id = f.follower_id
                        AND reader.state = 'active'
     WHERE c.tenant_id = $1 AND c.id = $2 AND c.live_revision_id IS NOT NULL
       AND (k.visibility = 'open' OR EXISTS (
                SELECT FROM community_member cm
                 WHERE cm.tenant_id = $1 AND cm.community_id = k.id
                   AND cm.member_id = f.follower_id AND cm.standing = 'member'))
       AND f.id > $3
     ORDER BY f.id LIMIT $4
"""
# One notice an author and day: a second post turns it into one about several.
_TELL = """
    INSERT INTO notice (tenant_id, id, member_id, kind, subject_kind, subject_id, data, dedupe,
                        created_at)
    SELECT $1, n.id, n.member_id, $4, 'post', $5, $6, n.dedupe, $8
      FROM unnest($2::uuid[], $3::uuid[], $7::text[]) AS n (id, member_id, dedupe)
    ON CONFLICT (tenant_id, dedupe) DO UPDATE
       SET subject_kind = 'member', subject_id = $9,
           data = notice.data || '{"is_several": true}'
     WHERE notice.subject_id <> excluded.subject_id AND notice.read_at IS NULL
"""


async def tell_later(event: ContributionShown) -> None:
    """Have the followers of a post's author told, apart from the request that published it."""
    if event.kind == "post":
        await jobs.enqueue(tell_followers, contribution_id=event.contribution_id)


@jobs.job("notifications.tell_followers")
async def tell_followers(*, contribution_id: str) -> None:
    """Tell those who follow the author and may read the post; telling again changes nothing.

    The notice holds no word of the post: it may be taken down, or changed.
    """
    tenant = await tenancy.current_tenant()
    day = clock.now().astimezone(ZoneInfo(tenant.timezone)).date().isoformat()
    last = UUID(int=0)
    while rows := await db.fetch(_FOLLOWERS, UUID(contribution_id), last, _BATCH):
        await _tell(UUID(contribution_id), rows, day)
        last = rows[-1]["id"]


async def _tell(contribution_id: UUID, rows: list[db.Record], day: str) -> None:
    author_id, name = rows[0]["author_id"], rows[0]["name"]
    readers = [row["follower_id"] for row in rows]
    await db.execute(
        _TELL,
        [new_id() for _ in readers],
        readers,
        KIND,
        contribution_id,
        db.jsonb({"name": name, "is_several": False}),
        [f"followed/{reader}/{author_id}/{day}" for reader in readers],
        clock.now(),
        author_id,
    )
