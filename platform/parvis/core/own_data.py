"""A member's own rows, read a page at a time, as an archive takes them."""

from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import db
from parvis.core.data_rights import OwnDataSection
from parvis.core.ids import MemberId

PAGE = 200
_FIRST = UUID(int=0)


def section(
    name: str,
    title: str,
    columns: Mapping[str, str],
    sql: str,
    member_id: MemberId,
    *,
    json: tuple[str, ...] = (),
) -> OwnDataSection:
    """Return the section of what one query finds for a member; see `rows` for its form."""
    found = rows(sql, member_id, json=json)
    return OwnDataSection(name=name, title=title, columns=columns, rows=found)


async def rows(
    sql: str, member_id: MemberId, *, json: tuple[str, ...] = ()
) -> AsyncIterator[dict[str, Any]]:
    """Yield what `sql` finds for a member: values as they are, the columns of `json` decoded.

    `sql` names the tenant as $1, the member as $2, and pages by `id > $3 ORDER BY id LIMIT $4`.
    """
    after = _FIRST
    while True:
        page = await db.fetch(sql, member_id, after, PAGE)
        for row in page:
            yield {name: _value(name, row[name], json) for name in row.keys()}  # noqa: SIM118 -- a Record's own iteration gives values
        if len(page) < PAGE:
            return
        after = page[-1]["id"]


def _value(name: str, value: Any, json: tuple[str, ...]) -> Any:
    return msgspec.json.decode(value) if name in json and value is not None else value
