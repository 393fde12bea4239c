"""The mail that tells administrators that emergency access was enrolled or used."""

from datetime import datetime
from uuid import UUID

import msgspec

from parvis.core import db, i18n, jobs, letters, tenancy
from parvis.core.i18n import N_
from parvis.core.ids import TenantId
from parvis.integrations import mail
from parvis.integrations.mail import Mail

SUBJECTS = {
    "enrolled": N_("{name} enrolled for emergency access"),
    "signed_in": N_("Emergency access is in use: {name}"),
}
_ADMINISTRATORS = """
    SELECT m.id FROM member m
     WHERE m.tenant_id = $1 AND m.state = 'active' AND m.email IS NOT NULL
       AND (m.kind = 'emergency' OR EXISTS (
            SELECT FROM group_member gm
              JOIN role_group g ON g.tenant_id = gm.tenant_id AND g.id = gm.group_id
             WHERE gm.tenant_id = $1 AND gm.member_id = m.id AND gm.community_id IS NULL
               AND 'tenant:manage' = ANY (g.permissions)))
     LIMIT 500
"""
_PEOPLE = """
    SELECT r.email, r.display_name AS reader, r.locale, m.display_name AS name
      FROM member r JOIN member m ON m.tenant_id = r.tenant_id
     WHERE r.tenant_id = $1 AND r.id = $2 AND m.id = $3
       AND r.email IS NOT NULL AND r.state = 'active'
"""


class EmergencyTold(msgspec.Struct, frozen=True, kw_only=True):
    """What the mail says: who, what and when."""

    what: str
    headline: str
    name: str
    at: datetime


async def administrators() -> list[UUID]:
    """Return everybody who may administer the space and can be written to."""
    return [row["id"] for row in await db.fetch(_ADMINISTRATORS)]


@jobs.job("identity.tell_emergency", outside=True)
async def tell(
    *, tenant_id: TenantId, what: str, reader_id: str, member_id: str, moment: str
) -> None:
    """Tell one administrator; sent twice it is the same mail, by its Message-ID."""
    async with db.transaction(tenant_id):
        written = await _write(what, UUID(reader_id), UUID(member_id), moment)
    if written is not None:
        await mail.mailer().send(written)


async def _write(what: str, reader_id: UUID, member_id: UUID, moment: str) -> Mail | None:
    row = await db.fetch_row(_PEOPLE, reader_id, member_id)
    if row is None:
        return None
    tenant = await tenancy.current_tenant()
    locale = tenant.spoken(row["locale"])
    headline = i18n.translate(locale, SUBJECTS[what], name=row["name"])
    view = EmergencyTold(
        what=what, headline=headline, name=row["name"], at=datetime.fromisoformat(moment)
    )

    letter = letters.written(tenant, locale, template="identity/mail/emergency", view=view)
    return Mail(
        to=row["email"],
        to_name=row["reader"],
        sender_name=tenant.space,
        subject=headline,
        text=letter.text,
        html=letter.html,
        dedupe=f"{tenant.id}/emergency/{what}/{member_id}/{reader_id}/{moment}",
    )
