"""What makes the next start prepare the database again."""

import os
from pathlib import Path

import pytest

from parvis.demo.fingerprint import fingerprint


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "orvance").mkdir()
    (tmp_path / "orvance" / "tenant.toml").write_text("a = 1")
    return tmp_path


def test_same_files_and_facts_are_the_same(folder: Path) -> None:
    assert fingerprint([folder], "x") == fingerprint([folder], "x")


def test_changed_added_or_touched_files_and_other_facts_differ(folder: Path) -> None:
    file = folder / "orvance" / "tenant.toml"
    seen = {fingerprint([folder], "x"), fingerprint([folder], "y")}
    os.utime(file, ns=(1, 1))
    seen.add(fingerprint([folder], "x"))
    file.write_text("a = 10")
    seen.add(fingerprint([folder], "x"))
    (folder / "orvance" / "charter.md").write_text("…")
    seen.add(fingerprint([folder], "x"))
    assert len(seen) == 5
