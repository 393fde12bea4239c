"""Communities and who is in them. Keys, policies and checks: the migrations."""

from piccolo.columns import UUID, Boolean, Integer, Text, Timestamptz

from parvis.core.tables import TenantTable


class Community(TenantTable):
    """A place. `visibility` says who knows of it and reads it, `joining` how one gets in."""

    slug = Text()
    title = Text()
    description = Text()
    visibility = Text()
    joining = Text()
    kind = Text()
    official = Boolean(default=False)
    position = Integer()
    created_at = Timestamptz()


class CommunityMember(TenantTable):
    """Somebody's standing in a community; `pending` and `invited` are not memberships."""

    community_id = UUID()
    member_id = UUID()
    standing = Text()
    role = Text()
    joined_at = Timestamptz()
