"""Rows as resources of the protocol, and resources as what a row keeps of them."""

from typing import Any, TypeVar

import msgspec
from scim2_models import Meta

from parvis.core import db
from parvis.features.provisioning.scim.models import GROUP_SCHEMA, USER_SCHEMA, Group, User

R = TypeVar("R", User, Group)
USER, GROUP = "User", "Group"
# What rows keep in columns of their own, or the service fills in.
_APART = {"id", "meta", "schemas", "externalId"}


def user_of(row: db.Record) -> User:
    """Return the user that a row of scim_user holds."""
    kept = msgspec.json.decode(row["resource"])
    user = User.model_validate({**kept, "schemas": [USER_SCHEMA]})
    return _described(user, row, USER)


def group_of(row: db.Record, members: list[dict[str, Any]] | None) -> Group:
    """Return the group that a row of scim_group holds; its members when they were read."""
    said = {"displayName": row["display_name"], "members": members or None}
    group = Group.model_validate({**said, "schemas": [GROUP_SCHEMA]})
    return _described(group, row, GROUP)


def _described(resource: R, row: db.Record, kind: str) -> R:
    resource.id = str(row["id"])
    resource.external_id = row["external_id"]
    resource.meta = Meta(
        resource_type=kind,
        created=row["created_at"],
        last_modified=row["updated_at"],
        version=row["version"],
    )
    return resource


def kept(user: User) -> dict[str, Any]:
    """Return what is stored of a user beside its columns."""
    return {name: value for name, value in user.model_dump().items() if name not in _APART}


def changed(before: User, after: User) -> list[str]:
    """Return the names of the attributes that differ, for the journal: never their values."""
    one, other = before.model_dump(), after.model_dump()
    names = (one.keys() | other.keys()) - {"id", "meta", "schemas"}
    return sorted(name for name in names if one.get(name) != other.get(name))
