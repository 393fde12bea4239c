"""What surrounds sign-in: keys, domains, tests, limits, tokens, emergencies.

Keys, policies and checks: the migrations.
"""

from piccolo.columns import JSONB, UUID, Array, BigInt, Boolean, Bytea, Integer, Text, Timestamptz

from parvis.core.tables import TenantTable


class ClientKey(TenantTable):
    """A key of our own that a provider knows us by: published, signing, then only published."""

    kid = Text()
    algorithm = Text()
    public_jwk = JSONB()
    private_sealed = Bytea()
    created_at = Timestamptz()
    signs_from = Timestamptz()
    published_until = Timestamptz(null=True, default=None)


class ConnectionDomain(TenantTable):
    """An e-mail domain whose people sign in through a connection, once its owner has shown it."""

    connection_id = UUID()
    domain = Text()
    challenge = Text()
    verified_by = Text(null=True, default=None)
    verified_at = Timestamptz(null=True, default=None)
    checked_at = Timestamptz(null=True, default=None)
    problem = Text(null=True, default=None)
    missing_since = Timestamptz(null=True, default=None)
    created_at = Timestamptz()


class ConnectionTest(TenantTable):
    """A dry run of a connection: every check with its outcome, and the claims, sealed."""

    connection_id = UUID()
    member_id = UUID()
    state = Text()
    checks = JSONB()
    claims_sealed = Bytea(null=True, default=None)
    created_at = Timestamptz()
    ended_at = Timestamptz(null=True, default=None)
    expires_at = Timestamptz()


class LogoutToken(TenantTable):
    """A logout token that was acted upon: the same one is not taken twice."""

    connection_id = UUID()
    jti_hash = Bytea()
    expires_at = Timestamptz()


class RateCount(TenantTable):
    """How often something was tried in a window of time; of the key only a hash is kept."""

    what = Text()
    key_hash = Bytea()
    window_starts = Timestamptz()
    tries = Integer()


class EmergencyAccess(TenantTable):
    """What an emergency administrator signs in with when no provider can."""

    member_id = UUID()
    passphrase_hash = Text()
    totp_sealed = Bytea()
    last_step = BigInt(null=True, default=None)
    is_enrolled = Boolean()
    enrolment_hash = Bytea(null=True, default=None)
    enrolment_until = Timestamptz(null=True, default=None)
    created_at = Timestamptz()
    last_used_at = Timestamptz(null=True, default=None)
    revoked_at = Timestamptz(null=True, default=None)


class ApiToken(TenantTable):
    """A program's way in as its member; of the token only the SHA-256 is kept."""

    member_id = UUID()
    label = Text()
    token_hash = Bytea()
    hint = Text()
    scopes = Array(base_column=Text())
    created_by = UUID()
    created_at = Timestamptz()
    expires_at = Timestamptz()
    last_used_at = Timestamptz(null=True, default=None)
    revoked_at = Timestamptz(null=True, default=None)
    revoke_reason = Text(null=True, default=None)
