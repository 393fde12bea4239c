"""How members are invited, described, found and followed.

Keys, policies and checks: the migrations.
"""

from piccolo.columns import JSONB, UUID, Array, Boolean, Bytea, Integer, Text, Timestamptz

from parvis.core.tables import TenantTable


class Invitation(TenantTable):
    """A way in for one person through one connection.

    Of its token only the SHA-256 is kept, and the token itself, sealed, until the mail is out.
    """

    connection_id = UUID()
    email = Text()
    token_hash = Bytea()
    token_sealed = Bytea(null=True, default=None)
    locale = Text(null=True, default=None)
    capacity = Text(null=True, default=None)
    capacity_label = Text(null=True, default=None)
    register_number = Text(null=True, default=None)
    firm = Text(null=True, default=None)
    groups = Array(base_column=Text())
    communities = Array(base_column=Text())
    invited_by = UUID()
    import_id = UUID(null=True, default=None)
    created_at = Timestamptz()
    expires_at = Timestamptz()
    sent_at = Timestamptz(null=True, default=None)
    revoked_at = Timestamptz(null=True, default=None)
    accepted_at = Timestamptz(null=True, default=None)
    member_id = UUID(null=True, default=None)


class MemberImport(TenantTable):
    """A list of people to invite, worked off in the background."""

    started_by = UUID()
    connection_id = UUID()
    file_name = Text()
    state = Text()
    total = Integer()
    invited = Integer()
    refused = Integer()
    created_at = Timestamptz()
    ended_at = Timestamptz(null=True, default=None)


class MemberImportLine(TenantTable):
    """One line of such a list, and what became of it."""

    import_id = UUID()
    line = Integer()
    given = JSONB()
    state = Text()
    problem = Text(null=True, default=None)
    field = Text(null=True, default=None)


class MemberFollow(TenantTable):
    """Who follows whom: the one followed owes nothing in return."""

    follower_id = UUID()
    followed_id = UUID()
    created_at = Timestamptz()


class MemberTopic(TenantTable):
    """What a member knows about, as they say."""

    member_id = UUID()
    topic = Text()
    topic_key = Text()


class MemberContact(TenantTable):
    """How a member may be reached, and by whom."""

    member_id = UUID()
    kind = Text()
    value = Text()
    visibility = Text()


class MemberNameKey(TenantTable):
    """A member's name from each of its words on, folded: what the directory runs along."""

    member_id = UUID()
    key = Text()
    is_first = Boolean()
    capacity = Text()
    is_listed = Boolean()


class ProfileRevision(TenantTable):
    """What a member says of themselves; the newest live one is shown."""

    member_id = UUID()
    content = JSONB()
    state = Text()
    created_at = Timestamptz()
