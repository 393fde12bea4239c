"""The mails of a notifier, who has no account here: received, decided, appealed; each once."""

from uuid import UUID

import msgspec

from parvis.core import addresses, clock, crypto, db, formats, jobs, letters, tenancy
from parvis.core.i18n import N_, translate
from parvis.core.ids import TenantId
from parvis.core.tenancy import Tenant
from parvis.features.moderation.legal_notices import misuse, places, told
from parvis.features.moderation.legal_notices.told import Outcome
from parvis.integrations import mail
from parvis.integrations.mail import Mail

TEMPLATE = "moderation/mail/notifier"
RECEIVED = N_("We have received your notice {reference}")
DECIDED = N_("Your notice {reference} was decided")


class NotifierMail(msgspec.Struct, frozen=True, kw_only=True):
    """What a mail says: its subject, its paragraphs, and the page that tells more."""

    headline: str
    paragraphs: tuple[str, ...]
    path: str


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """A mail ready to go, and the rows that are marked once it has gone."""

    mail: Mail
    ids: tuple[UUID, ...]


_COLUMNS = """n.id, n.reference, n.address, n.locale, n.notifier_name, n.notifier_email,
    n.notifier_hash, n.token_sealed, n.decision_id"""
_FILED = f"""
    SELECT {_COLUMNS} FROM legal_notice n
     WHERE n.tenant_id = $1 AND n.token_hash = $2 AND n.acknowledged_at IS NULL
       AND n.notifier_email IS NOT NULL AND n.token_sealed IS NOT NULL ORDER BY n.id
"""
_ACKNOWLEDGED = """
    UPDATE legal_notice SET acknowledged_at = $3 WHERE tenant_id = $1 AND id = ANY($2::uuid[])
"""
_SETTLED = f"""
    SELECT {_COLUMNS} FROM legal_notice n
     WHERE n.tenant_id = $1 AND n.id = $2 AND n.status = 'decided' AND n.told_at IS NULL
       AND n.notifier_email IS NOT NULL AND n.token_sealed IS NOT NULL
"""
_TOLD = "UPDATE legal_notice SET told_at = $3 WHERE tenant_id = $1 AND id = ANY($2::uuid[])"


@jobs.job("legal_notices.acknowledge", outside=True)
async def acknowledge(*, tenant_id: TenantId, token_hash: str) -> None:
    """Send the acknowledgement of a filing with its secret link, unless that was done.

    Should the process end between sending and noting it, the mail goes out again under the same
    Message-ID.
    """
    async with db.transaction(tenant_id):
        ready = await _received(bytes.fromhex(token_hash))
    await _send(tenant_id, ready, _ACKNOWLEDGED)


@jobs.job("legal_notices.tell_outcome", outside=True)
async def tell_outcome(*, tenant_id: TenantId, notice_id: str) -> None:
    """Tell who sent a notice what was decided and what they may do, unless that was done."""
    async with db.transaction(tenant_id):
        ready = await _decided(UUID(notice_id))
    await _send(tenant_id, ready, _TOLD)


async def _send(tenant_id: TenantId, ready: Ready | None, note: str) -> None:
    if ready is None:
        return
    await mail.mailer().send(ready.mail)
    async with db.transaction(tenant_id):
        await db.execute(note, list(ready.ids), clock.now())


async def _received(token_hash: bytes) -> Ready | None:
    rows = await db.fetch(_FILED, token_hash)
    if not rows:
        return None
    row, tenant = rows[0], await tenancy.current_tenant()
    locale = tenant.spoken(row["locale"])
    reference = row["reference"].rsplit("-", 1)[0] if len(rows) > 1 else row["reference"]
    paragraphs = [
        translate(locale, N_("You told us that this is illegal:")),
        *(places.whole(one["address"], addresses.site(tenant)) for one in rows),
        translate(locale, N_(
            "A person will decide, without delay and without automated means, and you will be "
            "told. Who you are is not disclosed to whoever wrote it."
        )),
        await _pause(row["notifier_hash"], tenant, locale),
    ]  # fmt: skip
    headline = translate(locale, RECEIVED, reference=reference)
    written = _written(row, tenant, headline, paragraphs, f"notice/{token_hash.hex()}")
    return Ready(mail=written, ids=tuple(one["id"] for one in rows))


async def _pause(whose: bytes | None, tenant: Tenant, locale: str) -> str:
    """Say until when the notices of somebody who was suspended wait; "" for anybody else."""
    until = await misuse.suspended_until(whose, clock.now()) if whose else None
    if until is None:
        return ""
    return translate(
        locale,
        N_(
            "After several manifestly unfounded notices from this address, and a warning, we "
            "handle no notice from it until {date}. Yours is kept until then. You may contest "
            "this by writing to {contact}."
        ),
        date=formats.date(until, "long", locale=locale, timezone=tenant.timezone),
        contact=tenant.settings.legal.contact,
    )


async def _decided(notice_id: UUID) -> Ready | None:
    row = await db.fetch_row(_SETTLED, notice_id)
    if row is None:
        return None
    tenant = await tenancy.current_tenant()
    locale = tenant.spoken(row["locale"])
    found = await told.outcome(row["decision_id"], locale)
    assert found is not None  # noqa: S101 -- a settled notice has its decision
    until = formats.date(found.contestable_until, "deadline", locale=locale,
                         timezone=tenant.timezone)  # fmt: skip
    paragraphs = [
        found.sentence,
        translate(locale, N_("Ground: {ground}"), ground=found.ground) if found.ground else "",
        translate(locale, N_("A person decided; no automated means took part in the decision.")),
        _redress(found, until, locale),
    ]
    headline = translate(locale, DECIDED, reference=row["reference"])
    occasion = f"notice-decided/{notice_id}/{found.decision_id}"
    written = _written(row, tenant, headline, paragraphs, occasion)
    return Ready(mail=written, ids=(row["id"],))


def _redress(found: Outcome, until: str, locale: str) -> str:
    if found.is_granted:
        return ""
    return translate(locale, AFTER_APPEAL if found.is_final else REDRESS, until=until)


REDRESS = N_(
    "You may contest this decision, free of charge, until {until}, by the page below: somebody "
    "else will look at it. You may also turn to a certified out-of-court dispute settlement "
    "body, or to the courts."
)


def _written(
    row: db.Record, tenant: Tenant, headline: str, paragraphs: list[str], dedupe: str
) -> Mail:
    locale = tenant.spoken(row["locale"])
    token = crypto.keyring().open(tenant.id, row["token_sealed"]).decode()
    view = NotifierMail(
        headline=headline,
        paragraphs=tuple(text for text in paragraphs if text),
        path=f"/legal-notice/{token}?lang={locale}",
    )
    letter = letters.written(tenant, locale, template=TEMPLATE, view=view)
    # By no name: who typed it need not be who reads it, and a name can be any sentence.
    return Mail(
        to=row["notifier_email"],
        sender_name=tenant.space,
        subject=view.headline,
        text=letter.text,
        html=letter.html,
        dedupe=f"{tenant.id}/{dedupe}",
    )


_APPEALED = f"""
    SELECT {_COLUMNS}, a.id AS appeal_id, a.outcome, o.text_sent
      FROM appeal a
      JOIN legal_notice n ON n.tenant_id = a.tenant_id AND n.id = a.legal_notice_id
      JOIN decision o ON o.tenant_id = a.tenant_id AND o.id = a.outcome_decision_id
     WHERE a.tenant_id = $1 AND a.id = $2 AND a.told_at IS NULL
       AND n.notifier_email IS NOT NULL AND n.token_sealed IS NOT NULL
"""
_APPEAL_TOLD = "UPDATE appeal SET told_at = $3 WHERE tenant_id = $1 AND id = ANY($2::uuid[])"
APPEAL_DECIDED = N_("Your appeal about notice {reference} was decided")
AFTER_APPEAL = N_(
    "You may turn to a certified out-of-court dispute settlement body, or to the courts."
)


@jobs.job("legal_notices.tell_appeal", outside=True)
async def tell_appeal(*, tenant_id: TenantId, appeal_id: str) -> None:
    """Tell a notifier what became of their appeal, unless that was done."""
    async with db.transaction(tenant_id):
        ready = await _appealed(UUID(appeal_id))
    await _send(tenant_id, ready, _APPEAL_TOLD)


async def _appealed(appeal_id: UUID) -> Ready | None:
    row = await db.fetch_row(_APPEALED, appeal_id)
    if row is None:
        return None
    tenant = await tenancy.current_tenant()
    locale = tenant.spoken(row["locale"])
    headline = translate(locale, APPEAL_DECIDED, reference=row["reference"])
    paragraphs = [*(row["text_sent"] or "").split("\n\n"), translate(locale, AFTER_APPEAL)]
    written = _written(row, tenant, headline, paragraphs, f"appeal/{appeal_id}")
    return Ready(mail=written, ids=(row["appeal_id"],))
