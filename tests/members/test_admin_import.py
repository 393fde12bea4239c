"""Lists of people: read with every doubt told, worked off once, reported without danger."""

import asyncio
from typing import Any

import pytest

from parvis.core import db, jobs
from parvis.core.errors import Invalid
from parvis.features.members import actions_import, csv_file
from tests.factories import House, Person

from .administration import WAY, Postbox, acts, administrator, group_id, queued, rows, work

WORK = "members.invite_lines"
MAIL = "members.send_invitation"
PATH = "/admin/members/imports"
INVITED = "SELECT email FROM invitation WHERE tenant_id = $1 ORDER BY email"


def listed(*lines: str) -> bytes:
    return "\n".join(lines).encode()


async def send(person: Person, data: bytes, **more: Any) -> Any:
    files = {"file": ("clients.csv", data, "text/csv")}
    fields = {"connection": WAY, "_csrf_token": await person.browser.token(), **more}
    return await person.browser.post(PATH, data=fields, files=files)


async def worked_off(house: House, person: Person, data: bytes) -> dict[str, Any]:
    """Send a list, work it off, and return what became of it."""
    answer = await send(person, data)
    assert answer.status_code == 303, answer.text
    await work(house, WORK)
    import_id = answer.headers["location"].rpartition("/")[2]
    found = await person.browser.call("GET", f"/admin/member-imports/{import_id}")
    assert found.status_code == 200, found.text
    return dict(found.json())


@pytest.mark.parametrize(
    "data",
    [
        listed("email;firm", "anna@exemple.test;Cabinet Élan"),
        listed("E-Mail,Société", "anna@exemple.test,Cabinet Élan"),
        b"\xef\xbb\xbf" + listed("courriel;cabinet", "anna@exemple.test;Cabinet Élan"),
        listed("adresse e-mail;CABINET\r", 'anna@exemple.test;"Cabinet Élan"\r', "\r", ";\r"),
        listed('"firm","email"', '"Cabinet Élan","anna@exemple.test"'),
    ],
)
def test_lists_are_read_as_spreadsheets_write_them(data: bytes) -> None:
    (row,) = csv_file.read(data)
    assert row.line == 2
    assert row.cells == {"email": "anna@exemple.test", "firm": "Cabinet Élan"}


def test_a_line_is_counted_where_it_stands_in_the_file() -> None:
    data = listed("email;firm", 'a@b.test;"two', 'lines"', "", "c@d.test;x")
    assert [row.line for row in csv_file.read(data)] == [2, 5]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The first line must name the columns"),
        (b"\n", "The first line must name the columns"),
        (listed("email"), "no line below its header"),
        (listed("email", "", ";;"), "no line below its header"),
        (listed("anna@exemple.test"), "is not one of ours"),
        (listed("email;shoe size", "a@b.test;42"), "is not one of ours"),
        (listed("firm", "Cabinet"), "The first line must name the columns"),
        (listed("email;courriel", "a@b.test;c@d.test"), "Two columns say the same"),
        (listed("email;firm", "a@b.test;x;y"), "more cells than the header"),
        (listed("email", '"a@b.test'), "a quotation mark is missing"),
        (listed("email") + b"\n\x00", "holds a character that no list has"),
        ("email;cabinet\nanna@exemple.test;Élan".encode("latin-1"), "is not in UTF-8"),
        ("email\nanna@exemple.test".encode("utf-16"), "is not in UTF-8"),
        (listed("email", *["a@b.test"] * 5001), "more than 5,000 lines"),
        (b"email\n" + b"a" * 2_000_000, "larger than 2 MB"),
    ],
)
def test_what_no_list_is_is_told(data: bytes, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        csv_file.read(data)
    assert said in refused.value.fields["file"]


def test_a_wrong_encoding_is_told_with_its_line() -> None:
    data = listed("email;cabinet", "a@b.test;x") + "\nc@d.test;Élan".encode("cp1252")
    with pytest.raises(Invalid) as refused:
        csv_file.read(data)
    assert refused.value.data["line"] == 3


def test_five_thousand_lines_are_read() -> None:
    assert len(csv_file.read(listed("email", *["a@b.test"] * 5000))) == 5000


@pytest.mark.parametrize("cell", ["=1+1", "+33", "-1", "@sum", "\t=1", "\r=1", " =1", "＝1"])
def test_no_cell_of_a_report_is_a_formula(cell: str) -> None:
    written = csv_file.write([[cell]], delimiter=";").decode()
    assert written.lstrip("\ufeff").lstrip('"').startswith("'")


async def test_a_list_invites_and_every_refused_line_says_why(
    orvance: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    postbox = Postbox.of(monkeypatch)
    admin = await administrator(orvance, locale="en")
    found = await worked_off(orvance, admin, listed(
        "e-mail;langue;qualité;fonction;cabinet;immatriculation;groupes;communautés",
        "anna@exemple.test;fr;conseiller;Conseil;Cabinet Élan;ORIAS 12 345 678;expert;"
        "marches-prives|transmission",
        "anna@exemple.test;;;;;;;",
        "not an address;;;;;;;",
        "b@exemple.test;de;;;;;;",
        "c@exemple.test;;roi;;;;;",
        "d@exemple.test;;;;;=HYPERLINK();;",
        "e@exemple.test;;;;;;rois;",
        "f@exemple.test;;;;;;;conseil-consultatif",
        "g@exemple.test;;Shareholder;;;;;Marchés privés",
        ";fr;;;;;;",
    ))  # fmt: skip
    assert found["about"]["state"] == "done"
    assert (found["about"]["total"], found["about"]["invited"]) == (10, 2)
    assert [(one["line"], one["field"]) for one in found["refused"]] == [
        (3, "E-mail"), (4, "E-mail"), (5, "Language"), (6, "Capacity"), (7, "Register number"),
        (8, "Groups"), (9, "Communities"), (11, "E-mail"),
    ]  # fmt: skip
    (anna, gil) = await rows(
        orvance,
        "SELECT capacity, firm, register_number, groups, communities FROM invitation"
        " WHERE tenant_id = $1 ORDER BY email",
    )
    assert anna == {
        "capacity": "adviser",
        "firm": "Cabinet Élan",
        "register_number": "ORIAS 12 345 678",
        "groups": ["expert"],
        "communities": ["marches-prives", "transmission"],
    }
    assert (gil["capacity"], gil["communities"]) == ("shareholder", ["marches-prives"])
    await work(orvance, MAIL)
    assert sorted(mail.to for mail in postbox.sent) == ["anna@exemple.test", "g@exemple.test"]
    told = [act for act in await acts(orvance) if act.startswith("member.")]
    assert told == [
        "member.import_started", "member.invited", "member.invited", "member.import_done",
    ]  # fmt: skip
    kept = await rows(
        orvance,
        "SELECT given FROM member_import_line WHERE tenant_id = $1 AND state = 'invited'",
    )
    assert [row["given"] for row in kept] == ["{}", "{}"]


async def test_the_report_is_a_file_without_danger(orvance: House) -> None:
    admin = await administrator(orvance, locale="fr")
    found = await worked_off(orvance, admin, listed("email", "=cmd|' /C calc'!A1", "@x"))
    answer = await admin.browser.get(f"{PATH}/{found['about']['id']}/refused.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="refused.csv"'
    text = answer.content.decode("utf-8-sig")
    assert text.splitlines()[0] == "Ligne;Courriel;Champ;Motif"
    assert "'=cmd" in text
    assert "'@x" in text


async def test_a_list_sent_twice_invites_nobody_twice(orvance: House) -> None:
    admin = await administrator(orvance)
    data = listed("email", "a@exemple.test", "b@exemple.test")
    assert (await worked_off(orvance, admin, data))["about"]["invited"] == 2
    again = await worked_off(orvance, admin, data)
    assert (again["about"]["invited"], again["about"]["refused"]) == (0, 2)
    assert [row["email"] for row in await rows(orvance, INVITED)] == [
        "a@exemple.test",
        "b@exemple.test",
    ]


async def test_work_that_is_killed_goes_on_where_it_stopped(
    orvance: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing twice, nothing lost: a batch is invited and ticked off in one transaction."""
    monkeypatch.setattr(
        actions_import, "_WAITING", actions_import._WAITING.replace("LIMIT 50", "LIMIT 2")
    )
    admin = await administrator(orvance)
    people = [f"p{n}@exemple.test" for n in range(5)]
    answer = await send(admin, listed("email", *people))
    settled, real = [], actions_import._settle

    async def dying(*values: Any) -> None:
        settled.append(values)
        if len(settled) == 4:  # the second line of the second batch
            raise asyncio.CancelledError
        await real(*values)

    monkeypatch.setattr(actions_import, "_settle", dying)
    ((_, arguments),) = await queued(orvance, WORK)
    with pytest.raises(asyncio.CancelledError):
        await jobs.run(actions_import.invite_lines, orvance.tenant.id, **arguments)
    assert len(await rows(orvance, INVITED)) == 2
    progress = (await admin.browser.get(answer.headers["location"])).text
    assert "hx-trigger" in progress
    monkeypatch.setattr(actions_import, "_settle", real)
    for _ in range(2):
        await jobs.run(actions_import.invite_lines, orvance.tenant.id, **arguments)
    assert [row["email"] for row in await rows(orvance, INVITED)] == people
    assert len(await queued(orvance, MAIL)) == 5
    (about,) = await rows(
        orvance, "SELECT state, total, invited, refused FROM member_import WHERE tenant_id = $1"
    )
    assert about == {"state": "done", "total": 5, "invited": 5, "refused": 0}
    assert (await acts(orvance)).count("member.import_done") == 1


async def test_two_workers_with_one_list_invite_everybody_once(orvance: House) -> None:
    admin = await administrator(orvance)
    await send(admin, listed("email", *[f"p{n}@exemple.test" for n in range(120)]))
    ((_, arguments),) = await queued(orvance, WORK)

    async def one() -> None:
        await jobs.run(actions_import.invite_lines, orvance.tenant.id, **arguments)

    await asyncio.gather(one(), one())
    assert len(await rows(orvance, INVITED)) == 120
    assert len(await queued(orvance, MAIL)) == 120


async def test_who_may_no_longer_invite_invites_nobody(orvance: House) -> None:
    admin = await administrator(orvance)
    await send(admin, listed("email", "a@exemple.test"))
    gone = await group_id(orvance, "admin")
    async with orvance.transaction():
        await db.execute("DELETE FROM group_member WHERE tenant_id = $1 AND group_id = $2", gone)
    await work(orvance, WORK)
    assert await rows(orvance, INVITED) == []
    (line,) = await rows(
        orvance, "SELECT state, field FROM member_import_line WHERE tenant_id = $1"
    )
    assert line == {"state": "refused", "field": "line"}


async def test_a_file_that_cannot_be_read_comes_back_with_the_form(orvance: House) -> None:
    admin = await administrator(orvance, locale="en")
    answer = await send(admin, "email\nÉlan".encode("latin-1"))
    assert answer.status_code == 422
    assert "Line 2 is not in UTF-8" in answer.text
    nothing = await admin.browser.send_form(PATH, {"connection": WAY})
    assert nothing.status_code == 422
    assert 'id="file-error"' in nothing.text
    assert (await send(admin, b"x" * 2_100_000)).status_code == 413
    assert await rows(orvance, "SELECT FROM member_import WHERE tenant_id = $1") == []


async def test_the_api_takes_lists_too(orvance: House) -> None:
    admin = await administrator(orvance)
    body = {"connection": WAY, "csv": "email\na@exemple.test", "file_name": "c:\\me\\list.csv"}
    answer = await admin.browser.call("POST", "/admin/member-imports", body)
    assert answer.status_code == 202, answer.text
    assert answer.json()["about"]["file_name"] == "list.csv"
    answer = await admin.browser.call(
        "POST", "/admin/member-imports", {"connection": WAY, "csv": "nonsense"}
    )
    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["file"])


async def test_lists_are_the_administrators_of_one_house(orvance: House, ardelune: House) -> None:
    admin, member = await administrator(orvance), await orvance.person(roles=["moderator"])
    assert (await send(member, listed("email", "a@exemple.test"))).status_code == 404
    path = (await send(admin, listed("email", "a@exemple.test"))).headers["location"]
    stranger = await administrator(ardelune)
    for person in (member, stranger):
        for page in (path, f"{path}/refused.csv"):
            assert (await person.browser.get(page)).status_code == 404
    assert (await admin.browser.get(f"{PATH}/model.csv")).status_code == 200


async def test_a_list_to_fill_in_is_one_that_can_be_read(orvance: House) -> None:
    for locale in ("fr", "en"):
        admin = await administrator(orvance, locale=locale)
        model = await admin.browser.get(f"{PATH}/model.csv")
        (row,) = csv_file.read(model.content)
        assert "email" in row.cells
