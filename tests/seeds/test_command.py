"""`parvis seed`: what it prints, and its exit status."""

import pytest

from parvis import cli, settings
from parvis.settings import Settings


@pytest.fixture
def configured(migrated: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "load", lambda: migrated)


def test_an_unknown_tenant_is_misuse_and_the_nearest_is_named(
    configured: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["seed", "ardelun"]) == 2
    told = 'parvis seed: no tenant "ardelun"; did you mean "ardelune"?\n'
    assert capsys.readouterr().err == told


def test_a_tenant_that_is_not_live_yet_is_founded_and_seeded_once(
    app: object, configured: None, clean: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["seed", "ateliers-tervallon"]) == 0
    assert capsys.readouterr().out == "ateliers-tervallon: seeded\n"
    assert cli.main(["seed", "ateliers-tervallon"]) == 0
    assert capsys.readouterr().out == "ateliers-tervallon: nothing to seed\n"
