"""What scim2-server reads and writes: our tables, within one connection of one tenant."""

from typing import Any

from scim2_models import (
    NotImplementedException,
    Resource,
    ResourceType,
    ResponseParameters,
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
from parvis.features.provisioning.scim.models import MOST_RESULTS
from parvis.features.provisioning.scim.rows import USER
from parvis.features.provisioning.source import Source

Any_ = Resource[Any]
_COMMON = {
    "id": Column(sql="id {op} {value}", value=uuid_or_none),
    "external_id": Column(sql="external_id {op} {value}", value=exact),
    "display_name": Column(sql="display_name_key {op} {value}", value=folded),
    "meta.created": Column(sql="created_at {op} {value}", value=lambda at: at, is_time=True),
    "meta.last_modified": Column(sql="updated_at {op} {value}", value=lambda at: at, is_time=True),
}
_EMAIL = "id IN (SELECT scim_user_id FROM scim_user_email WHERE tenant_id = $1 AND value_key = "
_OF_USERS = _COMMON | {
    "user_name": Column(sql="user_name_key {op} {value}", value=folded),
    "active": Column(sql="is_active {op} {value}", value=bool),
    "emails.value": Column(sql=_EMAIL + "{value})", value=folded),
    "emails[type,value]": Column(sql=_EMAIL + "{value} AND type_key = {type})", value=folded),
}
_OF_GROUPS = _COMMON | {
    "members.value": Column(
        sql="id IN (SELECT scim_group_id FROM scim_group_member"
        " WHERE tenant_id = $1 AND scim_user_id = {value})",
        value=uuid_or_none,
    ),
}
_USERS = """
    SELECT {columns} FROM scim_user
     WHERE tenant_id = $1 AND connection_id = $2 AND deleted_at IS NULL AND {condition}
"""
_USER_COLUMNS = "id, external_id, is_active, resource, version, created_at, updated_at"
_GROUPS = """
    SELECT {columns} FROM scim_group
     WHERE tenant_id = $1 AND connection_id = $2 AND {condition}
"""
_GROUP_COLUMNS = "id, display_name, external_id, version, created_at, updated_at"
_PAGE = " ORDER BY id LIMIT {limit} OFFSET {offset}"


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
        if len(resource_types) != 1:
            raise NotImplementedException(detail="Search users and groups each for themselves.")
        is_user = resource_types[0].name == USER
        sql, columns = (_USERS, _USER_COLUMNS) if is_user else (_GROUPS, _GROUP_COLUMNS)
        where = Condition(_OF_USERS if is_user else _OF_GROUPS, first_place=3)
        condition = where.of(search_request.filter)
        values = (self._source.connection.id, *where.values)
        total = await db.fetch_value(sql.format(columns="count(*)", condition=condition), *values)
        page = sql.format(columns=columns, condition=condition) + _limits(search_request)
        found = await db.fetch(page, *values)
        if is_user:
            return SearchPage(total, [rows.user_of(row) for row in found])
        return SearchPage(total, list(await groups.resources(found, search_request)))

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


def _limits(search: SearchRequest[Any]) -> str:
    """Return the page asked for: whole numbers the protocol's reader has checked."""
    limit = MOST_RESULTS if search.count is None else min(max(search.count, 0), MOST_RESULTS)
    # As far as a bigint goes: whoever asks beyond gets an empty page.
    offset = min(max((search.start_index or 1) - 1, 0), 2**62)
    return _PAGE.format(limit=limit, offset=offset)
