"""A list of people to invite: taken in at once, worked off in the background, line by line."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import clock, db, i18n, jobs, journal, tenancy
from parvis.core.actor import Actor
from parvis.core.capacities import CAPACITIES
from parvis.core.errors import Invalid
from parvis.core.i18n import N_
from parvis.core.ids import CommunityId, MemberId, TenantId, new_id
from parvis.core.permissions import Permission
from parvis.features.members import csv_file, inviting
from parvis.features.members.actions_invite import invite_checked
from parvis.features.members.csv_file import Row
from parvis.features.members.inviting import InviteInput, Offers

# Lines worked off in one transaction: progress is seen, and little is done again after a crash.
BATCH = 50
# What a list said is needed for its report; then it goes.
KEPT = timedelta(days=30)


class ImportInput(msgspec.Struct, frozen=True, kw_only=True):
    """A list of people as text, and the way in they are all invited through."""

    connection: str
    csv: str
    file_name: str = "list.csv"


async def start(actor: Actor, *, connection: str, file_name: str, data: bytes) -> UUID:
    """Take a list in and begin to work it off; return the import's id.

    Errors: NotFound to who administers nobody; Invalid when the file cannot be read at all.
    """
    offered = await inviting.offers(actor)
    way = next((one for one in offered.ways if one.slug == connection), None)
    if way is None:
        raise Invalid(fields={"connection": inviting.NO_WAY})
    rows = csv_file.read(data)
    await _forget_old_lines()
    import_id = await db.insert(
        "member_import", started_by=actor.require_member(), connection_id=way.id,
        file_name=_shown(file_name), state="waiting", total=len(rows), created_at=clock.now(),
    )  # fmt: skip
    await _keep(import_id, rows)
    await jobs.enqueue(invite_lines, import_id=import_id)
    subject, size = ("member_import", import_id), {"lines": len(rows)}
    await journal.record(actor, "member.import_started", subject=subject, data=size)
    return import_id


def _shown(file_name: str) -> str:
    """Return a file's name without the folders that some browsers send along."""
    name = file_name.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in name if c.isprintable())[:120] or "list.csv"


_LINE = """
    INSERT INTO member_import_line (tenant_id, id, import_id, line, given, state)
    VALUES ($1, $2, $3, $4, $5, 'waiting')
"""
_FORGET = """
    DELETE FROM member_import_line WHERE tenant_id = $1 AND import_id IN (
        SELECT id FROM member_import WHERE tenant_id = $1 AND ended_at < $2 LIMIT 20)
"""


async def _keep(import_id: UUID, rows: tuple[Row, ...]) -> None:
    lines = [(new_id(), import_id, row.line, db.jsonb(row.cells)) for row in rows]
    await db.execute_many(_LINE, lines)


async def _forget_old_lines() -> None:
    await db.execute(_FORGET, clock.now() - KEPT)


@jobs.job("members.invite_lines", outside=True)
async def invite_lines(*, tenant_id: TenantId, import_id: str) -> None:
    """Work an import off, a batch a transaction; what was done before a crash is not done again."""
    is_done = False
    while not is_done:
        async with db.transaction(tenant_id):
            is_done = await _work_off(UUID(import_id))


# Locked: should two workers have the same import, the second waits and finds nothing to do.
_IMPORT = """
    SELECT i.id, i.state, i.started_by, c.slug AS connection
      FROM member_import i
      JOIN connection c ON c.tenant_id = i.tenant_id AND c.id = i.connection_id
     WHERE i.tenant_id = $1 AND i.id = $2 AND i.state <> 'done' FOR UPDATE OF i
"""
_WAITING = f"""
    SELECT id, line, given FROM member_import_line
     WHERE tenant_id = $1 AND import_id = $2 AND state = 'waiting' ORDER BY line LIMIT {BATCH}
"""
_PROGRESS = """
    UPDATE member_import SET state = 'running', invited = invited + $3, refused = refused + $4
     WHERE tenant_id = $1 AND id = $2
"""


async def _work_off(import_id: UUID) -> bool:
    """Do the next batch; return whether there was none left."""
    found = await db.fetch_row(_IMPORT, import_id)
    if found is None:
        return True
    lines = await db.fetch(_WAITING, import_id)
    actor = await _starter(found["started_by"])
    if not lines:
        await _end(import_id)
        return True
    offered = await inviting.offers(actor) if actor.may(Permission.MEMBER_MANAGE) else None
    invited = 0
    for line in lines:
        given = db.from_jsonb(line["given"], dict[str, str])
        problem = await _invite(actor, given, found["connection"], offered, import_id)
        await _settle(line["id"], problem)
        invited += problem is None
    await db.execute(_PROGRESS, import_id, invited, len(lines) - invited)
    return False


_STARTER = """
    SELECT m.locale,
           ARRAY(SELECT DISTINCT unnest(g.permissions)
                   FROM group_member gm
                   JOIN role_group g ON g.tenant_id = gm.tenant_id AND g.id = gm.group_id
                  WHERE gm.tenant_id = m.tenant_id AND gm.member_id = m.id
                    AND gm.community_id IS NULL AND m.state = 'active') AS permissions,
           ARRAY(SELECT cm.community_id FROM community_member cm
                  WHERE cm.tenant_id = m.tenant_id AND cm.member_id = m.id
                    AND cm.standing = 'member') AS communities
      FROM member m WHERE m.tenant_id = $1 AND m.id = $2
"""


async def _starter(member_id: UUID) -> Actor:
    """Return who started the import with the rights they have now, not those of then."""
    tenant = await tenancy.current_tenant()
    row = await db.fetch_row(_STARTER, member_id)
    return Actor(
        tenant=tenant,
        locale=tenant.locales[0],
        member_id=MemberId(member_id),
        permissions=frozenset(row["permissions"] if row else ()),
        communities=tuple(CommunityId(one) for one in (row["communities"] if row else ())),
    )


Refusal = tuple[str, str]  # the field, and the msgid of what is wrong with it


async def _invite(
    actor: Actor,
    cells: dict[str, str],
    connection: str,
    offered: Offers | None,
    import_id: UUID,
) -> Refusal | None:
    """Invite the person of a line; return why not, None when it was done."""
    if offered is None:
        return "line", N_("Who sent the list may not invite people any more.")
    try:
        invitee = inviting.checked(_input(cells, connection), offered)
        await invite_checked(actor, invitee, import_id=import_id)
    except Invalid as error:
        return next(iter(error.fields.items()))
    return None


def _input(cells: dict[str, str], connection: str) -> InviteInput:
    lists = {name: csv_file.listed(cells.get(name, "")) for name in csv_file.LISTS}
    words = {name: cell for name, cell in cells.items() if name not in csv_file.LISTS}
    words["email"] = cells.get("email", "")
    if "capacity" in words:
        words["capacity"] = _capacity(words["capacity"])
    values: dict[str, Any] = words | lists
    return InviteInput(connection=connection, **values)


def _capacity(word: str) -> str:
    """Return the capacity that a word of any of our languages names, or the word."""
    asked = word.casefold()
    for capacity, name in CAPACITIES.items():
        if asked in {i18n.translate(locale, name).casefold() for locale in i18n.locales()}:
            return capacity
    return asked


_SETTLE = """
    UPDATE member_import_line
       SET state = CASE WHEN $3::text IS NULL THEN 'invited' ELSE 'refused' END,
           field = $3, problem = $4,
           -- Whom we invited stands in their invitation; only a refused line is told again.
           given = CASE WHEN $3::text IS NULL THEN '{}'::jsonb ELSE given END
     WHERE tenant_id = $1 AND id = $2
"""
_DONE = """
    UPDATE member_import SET state = 'done', ended_at = $3 WHERE tenant_id = $1 AND id = $2
 RETURNING invited, refused
"""


async def _settle(line_id: UUID, refusal: Refusal | None) -> None:
    field, text = refusal or (None, None)
    await db.execute(_SETTLE, line_id, field, text)


async def _end(import_id: UUID) -> None:
    row = await db.fetch_row(_DONE, import_id, clock.now())
    data = {"by": "import", **(dict(row) if row else {})}
    subject = ("member_import", import_id)
    await journal.record(None, "member.import_done", subject=subject, data=data)
