"""What notifications keep of a member: what they were told, and their name in what others were."""

from parvis.core import db
from parvis.core.data_rights import (
    MemberErased,
    OwnDataAsked,
)
from parvis.core.i18n import N_
from parvis.core.own_data import section

# Of what a notice tells, what is about its reader's own things; not the name of somebody else.
_NOTICES = """
    SELECT n.id, n.kind, n.data ->> 'title' AS title, n.data ->> 'text' AS text,
           n.subject_kind, n.subject_id, n.created_at, n.read_at, n.mailed_at
      FROM notice n
     WHERE n.tenant_id = $1 AND n.member_id = $2 AND n.id > $3 ORDER BY n.id LIMIT $4
"""


async def give(asked: OwnDataAsked) -> None:
    """Append the member's notices."""
    asked.sections.append(
        section(
            "notices",
            N_("What you were told"),
            {
                "id": N_("Reference"),
                "kind": N_("Kind"),
                "title": N_("Title"),
                "text": N_("Words"),
                "subject_kind": N_("Subject"),
                "subject_id": N_("Reference of the subject"),
                "created_at": N_("When"),
                "read_at": N_("Read"),
                "mailed_at": N_("Mailed"),
            },
            _NOTICES,
            asked.member_id,
        )
    )


_RENAME = """
    UPDATE notice SET data = data || jsonb_build_object('name', $3::text)
     WHERE tenant_id = $1 AND data ? 'name' AND (subject_id = $2 OR subject_id IN (
           SELECT id FROM contribution WHERE tenant_id = $1 AND author_id = $2))
"""


async def let_go(event: MemberErased) -> None:
    """Delete the member's notices, and take their name out of what others were told of them."""
    await db.execute("DELETE FROM notice WHERE tenant_id = $1 AND member_id = $2", event.member_id)
    await db.execute(_RENAME, event.member_id, event.name)


SUBSCRIPTIONS = (
    (OwnDataAsked, give),
    (MemberErased, let_go),
)
