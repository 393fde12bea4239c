"""`parvis tenant …`: what it prints where, and its exit status."""

from pathlib import Path

import msgspec
import pytest

from parvis import cli
from parvis.settings import PREFIX, Settings


@pytest.fixture
def environment(migrated: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process's settings are those of the test database."""
    for name, value in msgspec.to_builtins(migrated).items():
        text = msgspec.json.encode(value).decode() if isinstance(value, dict) else str(value)
        monkeypatch.setenv(f"{PREFIX}{name.upper()}", text)
    monkeypatch.setenv(f"{PREFIX}SECRET_KEY", "x" * 32)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    assert cli.main(["tenant", "new", "maison-commande", "--to", str(tmp_path)]) == 0
    return tmp_path / "maison-commande"


def test_what_new_writes_is_sound(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["tenant", "verify", str(folder)]) == 0
    assert capsys.readouterr().out.endswith(f"{folder}: sound\n")


def test_new_never_overwrites(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "tenant.toml").write_text("mine")
    assert cli.main(["tenant", "new", folder.name, "--to", str(folder.parent)]) == 1
    assert "exists already" in capsys.readouterr().err
    assert (folder / "tenant.toml").read_text() == "mine"


def test_a_wrong_key_is_told_on_stderr_with_file_line_and_nearest_key(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = folder / "tenant.toml"
    file.write_text(file.read_text().replace("due_hours", "due_hour"))
    line = file.read_text().split("due_hour")[0].count("\n") + 1
    assert cli.main(["tenant", "verify", str(folder)]) == 1
    told = capsys.readouterr()
    wanted = f'{file}:{line}: "due_hour" is not a key of moderation; did you mean "due_hours"?\n'
    assert told.err == wanted


@pytest.mark.parametrize("slug", ["Maison", "maison--neuve", "-x", "a_b"])
def test_what_cannot_be_a_slug_is_misuse(
    slug: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["tenant", "new", "--to", str(tmp_path), "--", slug]) == 2
    assert f'"{slug}" is no slug' in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_path_that_is_no_folder_is_misuse(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["tenant", "verify", str(tmp_path / "nowhere")]) == 2
    assert "is no folder" in capsys.readouterr().err


def test_apply_shows_the_change_then_lists_and_exports_it(
    environment: None, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["tenant", "apply", "--dry-run", str(folder)]) == 0
    assert "+ tenant[maison-commande]" in capsys.readouterr().out
    assert cli.main(["tenant", "apply", "--yes", str(folder)]) == 0
    assert capsys.readouterr().out.endswith("maison-commande: applied\n")
    assert cli.main(["tenant", "apply", str(folder)]) == 0
    assert capsys.readouterr().out == "maison-commande: nothing to change\n"
    assert cli.main(["tenant", "list"]) == 0
    listed = "maison-commande\tMaison Commande\tmaison-commande.localhost\n"
    assert listed in capsys.readouterr().out
    assert cli.main(["tenant", "export", "maison-commande", "--to", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "maison-commande" / "charter.toml").is_file()


def test_one_wrong_folder_keeps_the_sound_ones_from_being_applied(
    environment: None, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["tenant", "new", "maison-fausse", "--to", str(tmp_path)]) == 0
    wrong = tmp_path / "maison-fausse"
    (wrong / "charter.toml").unlink()
    sound = folder.rename(tmp_path / "maison-saine")
    file = sound / "tenant.toml"
    file.write_text(file.read_text().replace("maison-commande", "maison-saine"))
    assert cli.main(["tenant", "apply", str(sound), str(wrong)]) == 1
    assert "maison-fausse/tenant.toml:1: charter.toml is missing" in capsys.readouterr().err
    cli.main(["tenant", "list"])
    assert "maison-saine" not in capsys.readouterr().out


def test_exporting_an_unknown_tenant_names_the_nearest(
    environment: None, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["tenant", "apply", str(folder)]) == 0
    assert cli.main(["tenant", "export", "maison-comande"]) == 2
    assert 'did you mean "maison-commande"?' in capsys.readouterr().err


def test_a_database_that_is_away_is_said(
    environment: None,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PARVIS_OPERATOR_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/parvis")
    assert cli.main(["tenant", "apply", str(folder)]) == 1
    assert capsys.readouterr().err == "parvis tenant: the database does not answer\n"
