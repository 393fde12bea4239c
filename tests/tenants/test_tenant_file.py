"""A tenant's file: what is wrong with it is said with the file, the line and the nearest key."""

from pathlib import Path

import pytest

from parvis.features.tenants import verification
from parvis.features.tenants.problems import TenantFileError
from parvis.features.tenants.starter import write_starter
from parvis.features.tenants.toml_lines import line_index

THEME = "plain"


@pytest.fixture
def themes(tmp_path: Path) -> Path:
    (tmp_path / "themes" / THEME).mkdir(parents=True)
    (tmp_path / "themes" / THEME / "theme.toml").touch()
    return tmp_path / "themes"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_starter(tmp_path / "maison-test", name="Maison Test", theme=THEME)
    (tmp_path / "maison-test" / "charter.toml").touch()
    return tmp_path / "maison-test"


def change(folder: Path, old: str, new: str) -> int:
    """Replace `old` once in the tenant's file and return the line it stands on."""
    file = folder / "tenant.toml"
    text = file.read_text()
    assert text.count(old) == 1, old
    file.write_text(text.replace(old, new))
    return text[: text.index(old)].count("\n") + 1


def problems(folder: Path, themes: Path) -> list[str]:
    with pytest.raises(TenantFileError) as caught:
        verification.verified(folder, themes=themes)
    return str(caught.value).splitlines()


def test_the_starter_is_sound(folder: Path, themes: Path) -> None:
    document = verification.verified(folder, themes=themes).value
    assert document.tenant.slug == "maison-test"
    assert document.connection[0].name_authority


WRONG = [
    (
        "a wrong key",
        "theme = ",
        "tehme = ",
        '"tehme" is not a key of tenant; did you mean "theme"?',
    ),
    (
        "a wrong table",
        "[session]",
        "[sesion]",
        '"sesion" is not a key of the file; did you mean "session"?',
    ),
    (
        "a wrong key in an array",
        "issuer = ",
        "isuer = ",
        '"isuer" is not a key of connection[1]; did you mean "issuer"?',
    ),
    (
        "a wrong type",
        "idle_minutes = 30",
        'idle_minutes = "30"',
        "session.idle_minutes: expected int, got str",
    ),
    (
        "a number too small",
        "idle_minutes = 30",
        "idle_minutes = 1",
        "session.idle_minutes: expected int >= 5",
    ),
    (
        "a wrong choice",
        'visibility = "open"',
        'visibility = "opened"',
        '"opened" is none of open, listed, secret; did you mean "open"?',
    ),
    (
        "a wrong permission",
        '"review:decide"',
        '"review:decied"',
        '"review:decied" is not a permission; did you mean "review:decide"?',
    ),
    (
        "a wrong time zone",
        "Europe/Paris",
        "Europe/Pariss",
        '"Europe/Pariss" is not a time zone; did you mean "Europe/Paris"?',
    ),
    ("a theme that is not there", f'theme = "{THEME}"', 'theme = "plane"', 'no theme "plane" in '),
    (
        "a host with a port",
        "maison-test.localhost",
        "maison-test.localhost:80",
        "tenant.hosts[1]: expected str matching regex",
    ),
    (
        "a language unknown",
        '["fr", "en"]',
        '["fr", "en", "xx"]',
        '"xx" is not a language of Parvis',
    ),
    ("a text that is missing", 'fr = "Modération", ', "", 'the text in "fr" is missing'),
    (
        "a secret in the clear",
        'auth_method = "none"',
        'auth_method = "client_secret_basic"\nsecret = "hunter2"',
        "connection[1].secret: expected str matching regex",
    ),
    (
        "a secret where there is none",
        'auth_method = "none"',
        'auth_method = "private_key_jwt"\nsecret = "env:SOME_SECRET"',
        "private_key_jwt has no secret",
    ),
    (
        "a profile that forbids secrets",
        'auth_method = "none"',
        'auth_method = "client_secret_basic"\nsecret = "env:SOME_SECRET"\nprofile = "fapi2"',
        'profile "fapi2" needs auth_method "private_key_jwt"',
    ),
    (
        "an algorithm that the profile forbids",
        'auth_method = "none"',
        'auth_method = "private_key_jwt"\nprofile = "fapi2"\nalgorithms = ["ES256", "RS256"]',
        "algorithms needs at least one",
    ),
    (
        "no algorithm at all",
        'auth_method = "none"',
        'auth_method = "none"\nalgorithms = []',
        "algorithms needs at least one",
    ),
    (
        "an assertion that the profile forbids",
        'auth_method = "none"',
        """auth_method = "private_key_jwt"
profile = "fapi2"
assertion_algorithm = "RS256"
algorithms = ["ES256"]""",
        "needs assertion_algorithm ES256 or PS256",
    ),
    (
        "an assurance of one's own",
        'auth_method = "none"',
        'auth_method = "none"\nacr_map = { "urn:bank:sca" = "very strong" }',
        '"very strong" is none of basic, strong',
    ),
    (
        "a group of nobody's",
        'auth_method = "none"',
        'auth_method = "none"\nadmission_groups = ["modertor"]',
        'there is no [[role_group]] "modertor"',
    ),
    (
        "a claim that is nothing of ours",
        'email = "email"',
        'emial = "email"',
        '"emial" cannot be mapped; did you mean "email"?',
    ),
    ("two of one slug", 'slug = "moderator"', 'slug = "admin"', '"admin" stands twice'),
    ("not TOML", 'slug = "welcome"', "slug = welcome", "Invalid value"),
]


@pytest.mark.parametrize(
    ("old", "new", "message"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG]
)
def test_a_mistake_is_named_with_file_and_line(
    folder: Path, themes: Path, old: str, new: str, message: str
) -> None:
    line = change(folder, old, new)
    found = problems(folder, themes)
    near = [text for text in found if message in text]
    assert near, found
    where, _, _ = near[0].removeprefix(f"{folder / 'tenant.toml'}:").partition(":")
    assert abs(int(where) - line) <= new.count("\n")


def test_every_mistake_is_told_at_once(folder: Path, themes: Path) -> None:
    change(folder, "idle_minutes", "idle_minute")
    change(folder, "due_hours", "due_hour")
    assert len(problems(folder, themes)) == 2


def test_every_text_in_a_language_the_tenant_does_not_speak_is_told(
    folder: Path, themes: Path
) -> None:
    change(folder, '["fr", "en"]', '["fr"]')
    found = problems(folder, themes)
    assert len(found) == (folder / "tenant.toml").read_text().count("en = ")
    assert all('"en" is not one of the tenant\'s locales' in text for text in found)


def test_a_key_that_is_missing_is_told_at_its_table(folder: Path, themes: Path) -> None:
    line = change(folder, 'client_id = "parvis"', "")
    (found,) = problems(folder, themes)
    assert 'connection[1] needs the key "client_id"' in found
    assert int(found.split(":")[1]) < line


def test_text_that_is_not_utf8_is_told_with_its_line(folder: Path, themes: Path) -> None:
    file = folder / "tenant.toml"
    line = change(folder, "La maison commune.", "@@")
    file.write_bytes(file.read_bytes().replace(b"@@", b"\xff\xfe"))
    assert problems(folder, themes) == [f"{file}:{line}: this line is not UTF-8 text"]


def test_a_folder_without_a_file_is_told(tmp_path: Path, themes: Path) -> None:
    (found,) = problems(tmp_path / "nowhere", themes)
    assert "nowhere/tenant.toml:1: cannot be read" in found


def test_a_tenant_without_a_charter_is_told(folder: Path, themes: Path) -> None:
    (folder / "charter.toml").unlink()
    assert "charter.toml is missing" in problems(folder, themes)[0]


def test_a_meeting_needs_people_who_may_answer(folder: Path, themes: Path) -> None:
    file = folder / "tenant.toml"
    file.write_text(
        file.read_text() + '[meeting_policy]\npreset = "frr"\ntopics = []\n'
        'place = { fr = "Paris", en = "Paris" }\nselection = { fr = "…", en = "…" }\n'
    )
    told = "\n".join(problems(folder, themes))
    assert '"frr" is not a preset of meetings; did you mean "fr"?' in told
    assert 'holds "answer:approve_board"' in told


def test_two_tenants_may_not_share_a_host(folder: Path, themes: Path) -> None:
    other = folder.parent / "autre-maison"
    write_starter(other, name="Autre Maison", theme=THEME)
    (other / "charter.toml").touch()
    line = change(other, "autre-maison.localhost", "maison-test.localhost")
    parsed = [verification.verified(one, themes=themes) for one in (folder, other)]
    (problem,) = verification.verify_together(parsed)
    assert (problem.file, problem.line) == (other / "tenant.toml", line)
    assert "maison-test.localhost" in problem.message


def test_lines_are_found_through_arrays_and_long_values() -> None:
    text = 'a = """\n[not.a.table]\n"""\n[[b]]\nc.d = [\n  1,\n  2,\n]\n[b.e]\nf = 1\n[[b]]\n'
    text += "[b.e]\nf = 2\n"
    index = line_index(text)
    assert (index[("a",)], index[("b", 0)], index[("b", 0, "c", "d", 1)]) == (1, 4, 5)
    assert (index[("b", 0, "e", "f")], index[("b", 1)], index[("b", 1, "e", "f")]) == (10, 11, 13)
