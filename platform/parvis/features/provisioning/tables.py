"""What a provider's directory says of a tenant's members (SCIM 2.0).

Keys, policies and checks: the migrations.
"""

from piccolo.columns import JSONB, UUID, Boolean, Bytea, Text, Timestamptz

from parvis.core.tables import TenantTable


class ScimToken(TenantTable):
    """A provider's way in to keep members up to date; of the token only the SHA-256 is kept."""

    connection_id = UUID()
    label = Text()
    token_hash = Bytea()
    hint = Text()
    created_by = UUID(null=True, default=None)
    created_at = Timestamptz()
    expires_at = Timestamptz()
    last_used_at = Timestamptz(null=True, default=None)
    revoked_at = Timestamptz(null=True, default=None)


class ScimUser(TenantTable):
    """A member as a provider's directory describes them."""

    connection_id = UUID()
    member_id = UUID()
    user_name = Text()
    user_name_key = Text()
    display_name_key = Text()
    external_id = Text(null=True, default=None)
    is_active = Boolean()
    ended_membership = Boolean()
    resource = JSONB()
    version = Text()
    created_at = Timestamptz()
    updated_at = Timestamptz()
    deleted_at = Timestamptz(null=True, default=None)


class ScimUserEmail(TenantTable):
    """The addresses of such a person, folded, to be found by."""

    scim_user_id = UUID()
    value_key = Text()
    type_key = Text()


class ScimGroup(TenantTable):
    """A group of a provider's directory, and the role group it stands for here."""

    connection_id = UUID()
    display_name = Text()
    display_name_key = Text()
    external_id = Text(null=True, default=None)
    group_id = UUID(null=True, default=None)
    mapped_by = UUID(null=True, default=None)
    version = Text()
    created_at = Timestamptz()
    updated_at = Timestamptz()


class ScimGroupMember(TenantTable):
    """Who is in a directory's group."""

    scim_group_id = UUID()
    scim_user_id = UUID()
