"""What scim2-server reads and writes: our tables, within one connection of one tenant."""

from typing import Any, cast

import msgspec
from scim2_models import (
    Resource,
    ResourceType,
    ResponseParameters,
    ScimFilter,
    SearchRequest,
)
from scim2_server.storage import AsyncScimStorage, SearchPage

from parvis.core import db
from parvis.features.provisioning.scim import groups, people, rows
from parvis.features.provisioning.scim.filters import (
    Column,
    Condition,
    exact,
    folded,
    uuid_or_none,
)
from parvis.features.provisioning.scim.models import MOST_RESULTS, Group, User
from parvis.features.provisioning.scim.rows import GROUP, USER
from parvis.features.provisioning.source import Source

Any_ = Resource[Any]
_COMMON = {
    "id": Column(sql="id {op} {value}", value=uuid_or_none),
    "external_id": Column(
        sql="external_id {op} {value}", value=exact, present="external_id IS NOT NULL"
    ),
    "display_name": Column(sql="display_name_key {op} {value}", value=folded),
    "meta.created": Column(sql="created_at {op} {value}", value=lambda at: at, is_time=True),
    "meta.last_modified": Column(sql="updated_at {op} {value}", value=lambda at: at, is_time=True),
}
_EMAIL = "id IN (SELECT scim_user_id FROM scim_user_email WHERE tenant_id = $1 AND value_key = "
_OF_USERS = _COMMON | {
    "user_name": Column(sql="user_name_key {op} {value}", value=folded),
    "active": Column(sql="is_active {op} {value}", value=bool, present=None),
    "emails.value": Column(sql=_EMAIL + "{value})", value=folded, present=None),
    "emails[type,value]": Column(sql=_EMAIL + "{value} AND type_key = {type})", value=folded),
}
_OF_GROUPS = _COMMON | {
    "members.value": Column(
        sql="id IN (SELECT scim_group_id FROM scim_group_member"
        " WHERE tenant_id = $1 AND scim_user_id = {value})",
        value=uuid_or_none,
        present=None,
    ),
}


_MODELS = {USER: User, GROUP: Group}
_PAGE = " ORDER BY id LIMIT {limit} OFFSET {offset}"


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """How resources of one kind are searched: `sql` up to its condition, and what it may hold."""

    name: str
    sql: str
    row: str
    columns: dict[str, Column]


_KINDS = {
    USER: Kind(
        name=USER,
        sql="FROM scim_user WHERE tenant_id = $1 AND connection_id = $2 AND deleted_at IS NULL",
        row="id, external_id, resource, version, created_at, updated_at",
        columns=_OF_USERS,
    ),
    GROUP: Kind(
        name=GROUP,
        sql="FROM scim_group WHERE tenant_id = $1 AND connection_id = $2",
        row="id, display_name, external_id, version, created_at, updated_at",
        columns=_OF_GROUPS,
    ),
}


class Storage(AsyncScimStorage):
    """Users and groups of one source. Needs: an open transaction of its tenant."""

    def __init__(self, source: Source) -> None:
        self._source = source

    async def get(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        response_parameters: ResponseParameters[Any] | None = None,
    ) -> Any_:
        # Only what is about to be changed is read without parameters of an answer.
        lock = response_parameters is None
        if resource_type.name == USER:
            return rows.user_of(await people.load(self._source, resource_id, lock=lock))
        row = await groups.load(self._source, resource_id, lock=lock)
        return (await groups.resources([row], response_parameters))[0]

    async def search(
        self,
        resource_types: list[ResourceType],
        search_request: SearchRequest[Any],
        *,
        position: Any = None,  # noqa: ARG002 -- of cursors, which are not announced
    ) -> SearchPage:
        kinds = [_KINDS[str(resource_type.name)] for resource_type in resource_types]
        values: list[Any] = []
        found = []
        for kind in kinds:
            where = Condition(kind.columns, first_place=3 + len(values))
            condition = where.of(_bound(kind, search_request))
            values += where.values
            found.append(f"SELECT id, '{kind.name}' AS kind {kind.sql} AND {condition}")
        either = " UNION ALL ".join(found)
        connection_id = self._source.connection.id
        total = await db.fetch_value(
            f"SELECT count(*) FROM ({either}) found", connection_id, *values
        )
        page = await db.fetch(either + _limits(search_request), connection_id, *values)
        return SearchPage(total, await self._loaded(page, search_request))

    async def _loaded(
        self, page: list[db.Record], parameters: ResponseParameters[Any]
    ) -> list[Any_]:
        """Return the resources of a page, in its order."""
        by_id: dict[Any, Any_] = {}
        for kind in _KINDS.values():
            wanted = [row["id"] for row in page if row["kind"] == kind.name]
            sql = f"SELECT {kind.row} {kind.sql} AND id = ANY ($3::uuid[])"
            found = await db.fetch(sql, self._source.connection.id, wanted) if wanted else []
            if kind.name == USER:
                by_id |= {row["id"]: rows.user_of(row) for row in found}
            elif found:
                loaded = await groups.resources(found, parameters)
                by_id |= {row["id"]: group for row, group in zip(found, loaded, strict=True)}
        return [by_id[row["id"]] for row in page]

    async def create(self, resource_type: ResourceType, resource: Any_) -> Any_:
        copy: Any = resource.model_copy(deep=True)
        if resource_type.name == USER:
            return await people.create(self._source, copy)
        return await groups.create(self._source, copy)

    async def update(
        self,
        resource_type: ResourceType,
        resource: Any_,
        *,
        expected_version: str | None = None,
    ) -> Any_:
        copy: Any = resource.model_copy(deep=True)
        if resource_type.name == USER:
            return await people.update(self._source, copy, expected_version=expected_version)
        return await groups.update(self._source, copy, expected_version=expected_version)

    async def delete(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        expected_version: str | None = None,
    ) -> None:
        if resource_type.name == USER:
            await people.delete(self._source, resource_id, expected_version=expected_version)
            await groups.forget_user(resource_id)
        else:
            await groups.delete(self._source, resource_id, expected_version=expected_version)


def _bound(kind: Kind, search: SearchRequest[Any]) -> ScimFilter[Any] | None:
    """Return the filter as it reads for resources of one kind."""
    if search.filter is None:
        return None
    bound: Any = ScimFilter.__class_getitem__(_MODELS[kind.name])
    return cast("ScimFilter[Any]", bound(str(search.filter)))


def _limits(search: SearchRequest[Any]) -> str:
    """Return the page asked for: whole numbers the protocol's reader has checked."""
    limit = MOST_RESULTS if search.count is None else min(max(search.count, 0), MOST_RESULTS)
    # As far as a bigint goes: whoever asks beyond gets an empty page.
    offset = min(max((search.start_index or 1) - 1, 0), 2**62)
    return _PAGE.format(limit=limit, offset=offset)
