"""What is written down is true: settings, commands, links, decision records."""

import re
from pathlib import Path

import msgspec
import pytest

from parvis.settings import PREFIX, Settings

REPOSITORY = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    [*REPOSITORY.glob("*.md"), *(REPOSITORY / "platform" / "docs").rglob("*.md"),
     *(REPOSITORY / "infra").rglob("*.md")]
)  # fmt: skip
LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:|#)([^)#\s]+)")


def test_every_setting_is_documented_for_the_operator() -> None:
    guide = (REPOSITORY / "platform/docs/guides/operator.md").read_text("utf-8")
    missing = [
        name
        for field in msgspec.structs.fields(Settings)
        if f"`{(name := PREFIX + field.name.upper())}`" not in guide
    ]
    assert missing == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: str(p.relative_to(REPOSITORY)))
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    broken = [
        target
        for target in LINK.findall(path.read_text("utf-8"))
        if not (path.parent / target).exists()
    ]
    assert broken == []


def test_the_readme_names_the_two_commands_and_shows_a_picture() -> None:
    readme = (REPOSITORY / "README.md").read_text("utf-8")
    assert "make demo" in readme
    assert "make test" in readme
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", readme)
    assert pictures
    assert all((REPOSITORY / picture).is_file() for picture in pictures)


def test_decision_records_say_the_same_five_things() -> None:
    records = sorted((REPOSITORY / "platform/docs/decisions").glob("[0-9]*.md"))
    assert len(records) >= 5
    for record in records:
        text = record.read_text("utf-8")
        for heading in ("Context", "Decision", "Consequences", "Alternatives", "Enforced by"):
            assert f"## {heading}" in text, f"{record.name} lacks {heading}"


def test_every_make_target_of_the_documents_exists() -> None:
    makefile = (REPOSITORY / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    for path in DOCUMENTS:
        named = set(re.findall(r"`make ([a-z]+)", path.read_text("utf-8")))
        assert named <= targets, path.name
