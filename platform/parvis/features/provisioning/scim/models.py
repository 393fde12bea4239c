"""What we take of SCIM's users and groups, and what the service says it can do.

Only what has a use here is in the models: other attributes, a password among them, are accepted
and dropped unread, so that a directory may send its whole record and we keep little of it.
"""

from typing import Annotated

from pydantic import Field
from scim2_models import (
    AuthenticationScheme,
    Bulk,
    CaseExact,
    ChangePassword,
    ComplexAttribute,
    ETag,
    External,
    Filter,
    Mutability,
    Pagination,
    Patch,
    Reference,
    Required,
    Resource,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
    Uniqueness,
)
from scim2_models.urn import URN
from scim2_server.service import ScimService

USER_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Group"
# What is looked up stands in an index, and PostgreSQL puts no more than 2704 bytes into one.
Key = Field(max_length=500)
PAGE_SIZE = 100
MOST_RESULTS = 200


class Name(ComplexAttribute):
    """Kept as sent; only the whole name is ever shown."""

    formatted: str | None = None
    family_name: str | None = None
    given_name: str | None = None


class Email(ComplexAttribute):
    """An address; which one counts is said in people.py."""

    value: Annotated[str | None, Key] = None
    type: Annotated[str | None, Field(max_length=100)] = None
    primary: bool | None = None


class User(Resource):  # type: ignore[type-arg]  # no extension of the schema is served
    """A person of the directory."""

    __schema__ = URN(USER_SCHEMA)

    external_id: Annotated[str | None, Mutability.read_write, CaseExact.true, Key] = None
    """What the provider calls the person at sign-in."""

    user_name: Annotated[str | None, Uniqueness.server, Required.true, Key] = None
    """What the directory calls the person; unique, whatever its case."""

    display_name: Annotated[str | None, Required.true] = None
    """The real name that members read. `name.formatted` stands in for it."""

    name: Name | None = None
    """The name's parts: kept for the directory, never shown."""

    title: str | None = None
    """The line below the name."""

    user_type: str | None = None
    """The capacity, when it is one of: client, adviser, shareholder, employee, director,
    distributor."""

    preferred_language: str | None = None
    """The language to begin in."""

    locale: str | None = None
    """The language to begin in, where no preferred one is given."""

    active: bool | None = None
    """Whether the person may come in."""

    emails: list[Email] | None = None
    """Addresses; the primary one, else the first, is the member's."""


class GroupMember(ComplexAttribute):
    """A user in a group; groups within groups are not kept."""

    value: Annotated[str | None, Mutability.immutable, CaseExact.true] = None
    """The id of the user."""

    ref: Annotated[Reference["User"] | None, Mutability.immutable] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    """The address of the user."""

    type: Annotated[str | None, Mutability.immutable] = Field(None, examples=["User"])
    """What the member is: a user."""

    display: Annotated[str | None, Mutability.read_only] = None
    """Read over: who somebody is stands with the user."""


class Group(Resource):  # type: ignore[type-arg]  # no extension of the schema is served
    """A group of the directory."""

    __schema__ = URN(GROUP_SCHEMA)

    external_id: Annotated[str | None, Mutability.read_write, CaseExact.true, Key] = None
    """What the provider calls the group."""

    display_name: Annotated[str | None, Required.true, Key] = None
    """The name of the group."""

    members: list[GroupMember] | None = None
    """Who is in it."""


CONFIG = ServiceProviderConfig(
    patch=Patch(supported=True),
    bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
    filter=Filter(supported=True, max_results=MOST_RESULTS),
    change_password=ChangePassword(supported=False),
    sort=Sort(supported=False),
    etag=ETag(supported=True),
    pagination=Pagination(
        cursor=False, index=True, default_page_size=PAGE_SIZE, max_page_size=MOST_RESULTS
    ),
    authentication_schemes=[
        AuthenticationScheme(
            type=AuthenticationScheme.Type.oauthbearertoken,
            name="Bearer token",
            description="A token made for one connection in the administration of the space.",
            spec_uri=Reference[External]("https://www.rfc-editor.org/rfc/rfc6750"),
            primary=True,
        )
    ],
)
# Entra removes by value, and replaces in entries that are not there yet.
POLICY = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)
PROVIDER = ScimProvider(models=[User, Group], config=CONFIG, policy=POLICY)
SERVICE = ScimService(PROVIDER)
