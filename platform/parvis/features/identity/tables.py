"""Members, how they come in, and the sessions they hold. Keys and policies: the migrations."""

from piccolo.columns import (
    JSONB,
    UUID,
    Array,
    Boolean,
    Bytea,
    Integer,
    Text,
    Timestamptz,
    Varchar,
)

from parvis.core.tables import TenantTable


class Member(TenantTable):
    """A person as this tenant knows them; the same person elsewhere is another, unlinkable one."""

    display_name = Text()
    name_source = Text()
    email = Text(null=True, default=None)
    locale = Text(null=True, default=None)
    capacity = Text()
    capacity_label = Text(null=True, default=None)
    headline = Text(null=True, default=None)
    state = Text()
    joined_at = Timestamptz()
    last_seen_at = Timestamptz(null=True, default=None)
    kind = Text()
    in_directory = Boolean()
    register_number = Text(null=True, default=None)
    firm = Text(null=True, default=None)
    photo_key = Text(null=True, default=None)
    deactivated_at = Timestamptz(null=True, default=None)
    erased_at = Timestamptz(null=True, default=None)


class NameRecord(TenantTable):
    """Every name a member has had here, and who vouched for it. Never changed."""

    member_id = UUID()
    display_name = Text()
    source = Text()
    at = Timestamptz()
    framework = Text(null=True, default=None)
    level = Text(null=True, default=None)
    verified_at = Timestamptz(null=True, default=None)


class Connection(TenantTable):
    """One way in: an identity provider as this tenant uses it."""

    slug = Text()
    label = JSONB()
    issuer = Text()
    client_id = Text()
    auth_method = Text()
    secret_sealed = Bytea(null=True, default=None)
    algorithms = Array(base_column=Text())
    profile = Text()
    scope = Text()
    name_authority = Boolean()
    claim_map = JSONB()
    admission = Text()
    is_enabled = Boolean()
    position = Integer()
    assertion_algorithm = Text()
    assertion_audience = Text()
    pkce = Text()
    texts_as_booleans = Boolean()
    admission_domains = Array(base_column=Text())
    admission_groups = Array(base_column=Text())
    acr_map = JSONB()
    trust_frameworks = Array(base_column=Text())
    external_id_claim = Text()


class Identity(TenantTable):
    """Who a provider says a member is: issuer and subject, never an e-mail address."""

    connection_id = UUID()
    issuer = Text()
    sub = Varchar(length=255)
    member_id = UUID()
    last_sign_in_at = Timestamptz(null=True, default=None)


class LoginTransaction(TenantTable):
    """A sign-in under way, bound to a browser, used once within ten minutes."""

    state_hash = Bytea()
    browser_hash = Bytea()
    connection_id = UUID()
    nonce = Text()
    code_verifier = Text()
    next_path = Text()
    created_at = Timestamptz()
    expires_at = Timestamptz()
    purpose = Text()
    session_id = UUID(null=True, default=None)
    max_age_seconds = Integer(null=True, default=None)
    assurance = Text(null=True, default=None)
    form_sealed = Bytea(null=True, default=None)
    invitation_id = UUID(null=True, default=None)
    test_id = UUID(null=True, default=None)


class AuthSession(TenantTable):
    """A member's session in one browser. Of its token only the SHA-256 is kept."""

    token_hash = Bytea()
    member_id = UUID()
    connection_id = UUID(null=True, default=None)
    issuer = Text()
    sub = Text()
    op_sid = Text(null=True, default=None)
    acr = Text(null=True, default=None)
    amr = Array(base_column=Text(), null=True, default=None)
    auth_time = Timestamptz(null=True, default=None)
    id_token_sealed = Bytea(null=True, default=None)
    created_at = Timestamptz()
    last_seen_at = Timestamptz()
    idle_until = Timestamptz()
    absolute_until = Timestamptz()
    ended_at = Timestamptz(null=True, default=None)
    end_reason = Text(null=True, default=None)
    label = Text(null=True, default=None)


class AuthEvent(TenantTable):
    """A sign-in that succeeded or failed, with the reason administrators read."""

    kind = Text()
    connection_id = UUID(null=True, default=None)
    member_id = UUID(null=True, default=None)
    reason = Text(null=True, default=None)
    correlation_id = Text(null=True, default=None)
    detail = JSONB()
    at = Timestamptz()


class RoleGroup(TenantTable):
    """A named set of permissions."""

    slug = Text()
    title = JSONB()
    permissions = Array(base_column=Text())


class GroupMember(TenantTable):
    """Who is in a group, on the whole tenant or on one community, and who put them there."""

    group_id = UUID()
    member_id = UUID()
    community_id = UUID(null=True, default=None)
    source = Text()
