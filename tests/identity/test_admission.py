"""Who a connection lets in: by invitation, by the directory, or whoever has a verified domain."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from parvis.core import clock, crypto, db
from parvis.core.ids import MemberId, new_id
from parvis.features.identity.rules import Newcomer, check_admission
from parvis.integrations.login import LoginError, Reason
from tests.factories import House

from .conftest import SLUG, Rows, Visitor

SUB = "orvance-anna"
FAILED = """
    SELECT reason FROM auth_event WHERE tenant_id = $1 AND kind = 'sign_in_failed' ORDER BY id
"""
MADE = """
    SELECT (SELECT count(*) FROM member WHERE tenant_id = $1) AS members,
           (SELECT count(*) FROM identity WHERE tenant_id = $1) AS identities,
           (SELECT count(*) FROM auth_session WHERE tenant_id = $1) AS sessions
"""


@pytest.fixture
async def settings_of(orvance: House) -> Any:
    """Change the connection; it is as before after the test."""
    columns = (
        "admission", "admission_domains", "admission_groups", "external_id_claim",
        "name_authority", "trust_frameworks", "texts_as_booleans", "claim_map",
    )  # fmt: skip
    listed = ", ".join(columns)
    async with orvance.transaction():
        before = await db.fetch_row(
            f"SELECT {listed} FROM connection WHERE tenant_id = $1 AND slug = $2", SLUG
        )
    assert before is not None

    async def change(**values: Any) -> None:
        sets = ", ".join(f"{name} = ${n}" for n, name in enumerate(values, start=3))
        async with orvance.transaction():
            await db.execute(
                f"UPDATE connection SET {sets} WHERE tenant_id = $1 AND slug = $2",
                SLUG,
                *values.values(),
            )

    yield change
    await change(**dict(before))


async def invite(house: House, **columns: Any) -> str:
    """Put an invitation of somebody who may give every group; return the token of its link."""
    token, now = crypto.token(), clock.now()
    async with house.transaction():
        connection = await db.fetch_value(
            "SELECT id FROM connection WHERE tenant_id = $1 AND slug = $2",
            columns.pop("connection", SLUG),
        )
        inviter = await db.insert(
            "member", display_name="Bertille Chavagnac", name_source="x", capacity="employee",
            kind="emergency", joined_at=now,
        )  # fmt: skip
        values = {"created_at": now, "expires_at": now + timedelta(days=14)} | columns
        values.setdefault("invited_by", inviter)
        await db.insert(
            "invitation", connection_id=connection, email="anna.berliet@exemple.test",
            token_hash=crypto.digest(token), **values,
        )  # fmt: skip
    return token


async def provision(
    house: House, *, external_id: str = SUB, is_active: bool = True, state: str = "active"
) -> MemberId:
    """Put somebody into the directory, as SCIM does before they ever sign in."""
    now = clock.now()
    async with house.transaction():
        connection = await db.fetch_value(
            "SELECT id FROM connection WHERE tenant_id = $1 AND slug = $2", SLUG
        )
        member_id = await db.insert(
            "member", display_name="Berliet Anna", name_source=SLUG, capacity="client",
            joined_at=now, state=state,
        )  # fmt: skip
        await db.insert(
            "scim_user", connection_id=connection, member_id=member_id, user_name="anna",
            user_name_key=f"anna{new_id()}", display_name_key="anna", external_id=external_id,
            is_active=is_active, resource="{}", version="1", created_at=now, updated_at=now,
        )  # fmt: skip
    return MemberId(member_id)


async def sign_in_invited(visitor: Visitor, token: str, **claims: Any) -> Any:
    visitor.provider.userinfo |= claims
    return await visitor.come_back(await visitor.start(invitation=token))


# kind of connection, what is known of the person, and what comes of it (None: they are in).
DOMAINS = ("exemple.test", "münchen.example")
TABLE: list[tuple[str, dict[str, Any], Reason | None]] = [
    ("jit", {}, None),
    ("jit", {"domain": "elsewhere.test"}, None),
    ("jit", {"state": "active"}, None),
    ("jit", {"state": "deactivated"}, Reason.DEACTIVATED),
    ("jit", {"is_inactive": True}, Reason.PROVISIONED_INACTIVE),
    ("jit", {"is_inactive": True, "state": "active"}, Reason.PROVISIONED_INACTIVE),
    ("jit", {"is_inactive": True, "invited": "open"}, Reason.PROVISIONED_INACTIVE),
    ("jit", {"is_taken": True, "state": "active"}, Reason.PROVISIONED_TAKEN),
    ("domains", {}, Reason.EMAIL_UNVERIFIED),
    ("domains", {"domain": "exemple.test"}, None),
    ("domains", {"domain": "xn--mnchen-3ya.example"}, None),
    ("domains", {"domain": "sub.exemple.test"}, Reason.DOMAIN_REFUSED),
    ("domains", {"domain": "exemple.test.evil.test"}, Reason.DOMAIN_REFUSED),
    ("domains", {"domain": "elsewhere.test"}, Reason.DOMAIN_REFUSED),
    ("domains", {"domain": "elsewhere.test", "invited": "open"}, None),
    ("domains", {"domain": "elsewhere.test", "invited": "closed"}, Reason.DOMAIN_REFUSED),
    ("domains", {"domain": "elsewhere.test", "state": "active"}, None),
    ("domains", {"invited": "open"}, None),
    ("invite_only", {}, Reason.NOT_ADMITTED),
    ("invite_only", {"domain": "exemple.test"}, Reason.NOT_ADMITTED),
    ("invite_only", {"invited": "open"}, None),
    ("invite_only", {"invited": "closed"}, Reason.INVITATION_CLOSED),
    ("invite_only", {"state": "active"}, None),
    ("invite_only", {"state": "deactivated", "invited": "open"}, Reason.DEACTIVATED),
    ("scim_only", {}, Reason.NOT_PROVISIONED),
    ("scim_only", {"invited": "open"}, Reason.NOT_PROVISIONED),
    ("scim_only", {"domain": "exemple.test"}, Reason.NOT_PROVISIONED),
    ("scim_only", {"state": "active"}, None),
    ("scim_only", {"is_inactive": True, "state": "active"}, Reason.PROVISIONED_INACTIVE),
    ("scim_only", {"state": "deactivated"}, Reason.DEACTIVATED),
]


@pytest.mark.parametrize(("kind", "known", "expected"), TABLE)
async def test_admission_table(
    orvance: House, kind: str, known: dict[str, Any], expected: Reason | None
) -> None:
    from msgspec.structs import replace

    from parvis.features.identity import connections

    async with orvance.transaction():
        found = await connections.find(SLUG)
    assert found is not None
    domains = DOMAINS if kind == "domains" else ()
    admission = "jit" if kind == "domains" else kind
    connection = replace(found, admission=admission, admission_domains=domains)
    if expected is None:
        check_admission(connection, Newcomer(**known))
    else:
        with pytest.raises(LoginError) as refused:
            check_admission(connection, Newcomer(**known))
        assert refused.value.reason is expected


async def is_refused(rows: Rows, visitor: Visitor, reason: str, members: int = 0) -> None:
    """Nothing was made, nobody is in, and the log alone knows the reason."""
    assert [row["reason"] for row in await rows(FAILED)][-1] == reason
    (made,) = await rows(MADE)
    assert made == {"members": members, "identities": 0, "sessions": 0}
    assert visitor.session is None


async def test_without_an_invitation_nobody_new_comes_in(
    visitor: Visitor, rows: Rows, settings_of: Any
) -> None:
    await settings_of(admission="invite_only")
    answer = await visitor.sign_in()
    assert answer.status_code == 403
    await is_refused(rows, visitor, "not_admitted")


async def test_an_invitation_lets_one_person_in_once(
    visitor: Visitor, another_visitor: Visitor, orvance: House, rows: Rows, settings_of: Any
) -> None:
    await settings_of(admission="invite_only")
    token = await invite(orvance, groups=["expert"], communities=["marches-prives"])
    assert (await sign_in_invited(visitor, token)).status_code == 303
    (made,) = await rows("SELECT member_id FROM identity WHERE tenant_id = $1")
    (used,) = await rows("SELECT member_id, accepted_at FROM invitation WHERE tenant_id = $1")
    assert used["member_id"] == made["member_id"]
    assert used["accepted_at"] is not None
    in_groups = await rows(
        "SELECT g.slug, gm.source FROM group_member gm JOIN role_group g"
        " ON g.tenant_id = gm.tenant_id AND g.id = gm.group_id WHERE gm.tenant_id = $1"
        " ORDER BY g.slug"
    )
    assert in_groups == [
        {"slug": "expert", "source": "admin"},
        {"slug": "moderator", "source": "claims"},
    ]
    places = await rows(
        "SELECT c.slug, m.standing FROM community_member m JOIN community c"
        " ON c.tenant_id = m.tenant_id AND c.id = m.community_id WHERE m.tenant_id = $1"
    )
    assert places == [{"slug": "marches-prives", "standing": "member"}]
    answer = await sign_in_invited(another_visitor, token, sub="orvance-somebody-else")
    assert answer.status_code == 403
    assert another_visitor.session is None


@pytest.mark.parametrize(
    "columns",
    [
        {"connection": "partenaires"},
        {"revoked_at": clock.now()},
        {"expires_at": clock.now() - timedelta(seconds=1)},
    ],
)
async def test_a_void_invitation_is_none(
    visitor: Visitor, orvance: House, rows: Rows, settings_of: Any, columns: dict[str, Any]
) -> None:
    await settings_of(admission="invite_only")
    token = await invite(orvance, **columns)
    assert (await sign_in_invited(visitor, token)).status_code == 403
    await is_refused(rows, visitor, "not_admitted", members=1)


async def test_an_invitation_withdrawn_during_the_sign_in_is_told_as_such(
    visitor: Visitor, orvance: House, rows: Rows, settings_of: Any
) -> None:
    await settings_of(admission="invite_only")
    asked = await visitor.start(invitation=await invite(orvance))
    async with orvance.transaction():
        await db.execute("UPDATE invitation SET revoked_at = $2 WHERE tenant_id = $1", clock.now())
    assert (await visitor.come_back(asked)).status_code == 403
    await is_refused(rows, visitor, "invitation_closed", members=1)


@pytest.mark.parametrize(
    "change",
    [
        "",
        "UPDATE member SET state = 'deactivated' WHERE tenant_id = $1 AND id = $2",
        "DELETE FROM group_member WHERE tenant_id = $1 AND member_id = $2",
    ],
)
async def test_an_invitation_gives_no_rights_that_its_sender_has_lost(
    visitor: Visitor, orvance: House, rows: Rows, settings_of: Any, change: str
) -> None:
    """An administrator who sees the end coming must not leave a way back in a mailbox."""
    await settings_of(claim_map="{}")
    admin = await orvance.person("Bertille Chavagnac", roles=["admin"])
    token = await invite(orvance, invited_by=admin.id, groups=["admin", "expert"])
    if change:
        async with orvance.transaction():
            await db.execute(change, admin.id)
    assert (await sign_in_invited(visitor, token)).status_code == 303
    found = await rows(
        "SELECT g.slug FROM group_member gm JOIN role_group g ON g.tenant_id = gm.tenant_id"
        " AND g.id = gm.group_id WHERE gm.tenant_id = $1 AND gm.member_id <> $2 ORDER BY g.slug",
        admin.id,
    )
    assert [row["slug"] for row in found] == ([] if change else ["admin", "expert"])
    (entry,) = await rows(
        "SELECT data ->> 'withheld' AS withheld FROM journal_entry"
        " WHERE tenant_id = $1 AND act = 'identity.invitation_accepted'"
    )
    assert entry["withheld"] == ("admin, expert" if change else None)


async def test_another_tenants_invitation_is_none(
    visitor: Visitor, ardelune: House, rows: Rows, settings_of: Any
) -> None:
    await settings_of(admission="invite_only")
    async with ardelune.transaction():
        slug = await db.fetch_value("SELECT slug FROM connection WHERE tenant_id = $1 LIMIT 1")
    token = await invite(ardelune, connection=slug)
    assert (await sign_in_invited(visitor, token)).status_code == 403
    await is_refused(rows, visitor, "not_admitted")


async def test_an_invitation_gives_capacity_where_claims_do_not(
    visitor: Visitor, orvance: House, rows: Rows, settings_of: Any
) -> None:
    await settings_of(claim_map='{"capacity": "capacity"}')
    token = await invite(
        orvance, capacity="adviser", capacity_label="Conseillère", firm="Cabinet Virlay",
        register_number="ORIAS 12 345 678",
    )  # fmt: skip
    await sign_in_invited(visitor, token)
    (member,) = await rows(
        "SELECT m.capacity, m.capacity_label, m.firm, m.register_number FROM member m"
        " JOIN identity i ON i.tenant_id = m.tenant_id AND i.member_id = m.id"
        " WHERE m.tenant_id = $1"
    )
    assert member == {
        "capacity": "client",  # what the provider maps is the provider's
        "capacity_label": "Conseillère",
        "firm": "Cabinet Virlay",
        "register_number": "ORIAS 12 345 678",
    }


async def test_who_is_in_the_directory_becomes_the_member_it_made(
    visitor: Visitor, orvance: House, rows: Rows, settings_of: Any
) -> None:
    await settings_of(admission="scim_only")
    member_id = await provision(orvance)
    assert (await visitor.sign_in()).status_code == 303
    (identity,) = await rows("SELECT member_id, sub FROM identity WHERE tenant_id = $1")
    assert identity == {"member_id": member_id, "sub": SUB}
    (member,) = await rows("SELECT id, display_name FROM member WHERE tenant_id = $1")
    assert member == {"id": member_id, "display_name": "Anna Berliet"}


async def test_the_directory_knows_people_by_the_claim_that_is_configured(
    visitor: Visitor, orvance: House, rows: Rows, settings_of: Any
) -> None:
    await settings_of(admission="scim_only", external_id_claim="oid")
    await provision(orvance, external_id="4711")
    assert (await visitor.sign_in()).status_code == 403
    await is_refused(rows, visitor, "not_provisioned", members=1)
    assert (await visitor.sign_in(oid=4711)).status_code == 403  # a number is not that text
    assert (await visitor.sign_in(oid="4711")).status_code == 303


async def test_who_left_the_directory_is_refused_before_any_row_is_made(
    visitor: Visitor, orvance: House, rows: Rows
) -> None:
    await provision(orvance, is_active=False)
    assert (await visitor.sign_in(name=None)).status_code == 403
    await is_refused(rows, visitor, "provisioned_inactive", members=1)


async def test_who_left_the_directory_is_refused_as_a_member_too(
    visitor: Visitor, orvance: House, rows: Rows
) -> None:
    member_id = await provision(orvance)
    await visitor.sign_in()
    async with orvance.transaction():
        await db.execute(
            "UPDATE scim_user SET is_active = false, external_id = 'changed' WHERE tenant_id = $1"
        )
    assert (await visitor.sign_in()).status_code == 403
    assert [row["reason"] for row in await rows(FAILED)] == ["provisioned_inactive"]
    assert [row["id"] for row in await rows("SELECT id FROM member WHERE tenant_id = $1")] == [
        member_id
    ]


async def test_a_second_subject_does_not_take_a_provisioned_member_over(
    visitor: Visitor, another_visitor: Visitor, orvance: House, rows: Rows, settings_of: Any
) -> None:
    await settings_of(external_id_claim="oid")
    await provision(orvance, external_id="4711")
    await visitor.sign_in(oid="4711")
    answer = await another_visitor.sign_in(sub="orvance-somebody-else", oid="4711")
    assert answer.status_code == 403
    assert [row["reason"] for row in await rows(FAILED)] == ["provisioned_taken"]


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"email_verified": False}, "email_unverified"),
        ({"email_verified": None}, "email_unverified"),
        ({"email_verified": "true"}, "email_unverified"),
        ({"email": None}, "email_unverified"),
        ({"email": "anna@elsewhere.test"}, "email_domain_refused"),
        ({"email": "exemple.test@elsewhere.test"}, "email_domain_refused"),
    ],
)
async def test_only_a_verified_address_opens_by_its_domain(
    visitor: Visitor, rows: Rows, settings_of: Any, claims: dict[str, Any], reason: str
) -> None:
    await settings_of(admission_domains=["exemple.test"])
    assert (await visitor.sign_in(**claims)).status_code == 403
    await is_refused(rows, visitor, reason)


async def test_newcomers_of_a_domain_get_its_groups(
    visitor: Visitor, rows: Rows, settings_of: Any
) -> None:
    await settings_of(
        admission_domains=["EXEMPLE.test"], admission_groups=["expert", "gone"], claim_map="{}"
    )
    assert (await visitor.sign_in()).status_code == 303
    groups = await rows(
        "SELECT g.slug FROM group_member gm JOIN role_group g"
        " ON g.tenant_id = gm.tenant_id AND g.id = gm.group_id WHERE gm.tenant_id = $1"
    )
    assert groups == [{"slug": "expert"}]


async def test_text_counts_as_a_boolean_only_where_the_connection_says_so(
    visitor: Visitor, rows: Rows, settings_of: Any
) -> None:
    await settings_of(texts_as_booleans=True)
    await visitor.sign_in(email_verified="True")
    (member,) = await rows("SELECT email FROM member WHERE tenant_id = $1")
    assert member["email"] == "anna.berliet@exemple.test"


async def test_an_address_of_another_claim_needs_a_flag_of_its_own(
    visitor: Visitor, rows: Rows, settings_of: Any
) -> None:
    await settings_of(claim_map='{"email": "upn"}')
    await visitor.sign_in(upn="director@exemple.test")
    (member,) = await rows("SELECT email FROM member WHERE tenant_id = $1")
    assert member["email"] is None
    await settings_of(claim_map='{"email": "upn", "email_verified": "xms_edov"}')
    await visitor.sign_in(xms_edov=True)
    (member,) = await rows("SELECT email FROM member WHERE tenant_id = $1")
    assert member["email"] == "director@exemple.test"


async def test_an_address_that_is_taken_makes_a_second_member_and_a_mark(
    visitor: Visitor, another_visitor: Visitor, rows: Rows
) -> None:
    await visitor.sign_in()
    await another_visitor.sign_in(sub="orvance-somebody-else", email="Anna.Berliet@exemple.test")
    members = await rows("SELECT id FROM member WHERE tenant_id = $1 ORDER BY id")
    assert len(members) == 2
    (mark,) = await rows(
        "SELECT subject_id, data FROM journal_entry"
        " WHERE tenant_id = $1 AND act = 'identity.email_shared'"
    )
    assert mark["subject_id"] == members[1]["id"]
    data = db.from_jsonb(mark["data"], dict[str, str])
    assert UUID(data["other"]) == members[0]["id"]
    assert "@" not in mark["data"]
