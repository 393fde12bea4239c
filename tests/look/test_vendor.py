"""The browser code of others is byte for byte what was fetched, and says nothing of where from."""

import importlib.util
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
spec = importlib.util.spec_from_file_location("vendor", ROOT / "infra" / "vendor.py")
assert spec is not None
assert spec.loader is not None
vendor = importlib.util.module_from_spec(spec)
spec.loader.exec_module(vendor)


def test_vendored_files_are_those_of_the_lock() -> None:
    assert vendor.check() == []


def test_a_changed_an_extra_and_a_missing_file_are_all_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vendor, "DESTINATION", tmp_path)
    locked = json.loads(vendor.LOCK.read_text("utf-8"))["assets"][0]["files"]
    changed, *missing = locked
    (tmp_path / changed).parent.mkdir(parents=True)
    (tmp_path / changed).write_text("another content", "utf-8")
    (tmp_path / "extra.js").write_text("", "utf-8")
    assert {changed, "extra.js", *missing} <= set(vendor.check())


def test_every_package_has_its_licence_and_a_pinned_tarball() -> None:
    for package in json.loads(vendor.LOCK.read_text("utf-8"))["assets"]:
        assert package["license"] in {"0BSD", "BSD-0-Clause", "MIT", "ISC"}
        assert package["integrity"].startswith("sha512-")
        assert any(path.endswith("/LICENSE") for path in package["files"])


def test_the_lock_names_no_registry() -> None:
    assert "://" not in vendor.LOCK.read_text("utf-8")
