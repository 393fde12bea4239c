"""The examples of the tenant admin's guide are files that Parvis accepts as they stand."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

from parvis.core import clock
from parvis.features.charter import document as charter
from parvis.features.charter.judge import compile_charter, judge
from parvis.features.charter.verdict import ActText
from parvis.features.meetings.states import mermaid
from parvis.features.meetings.tables import Track
from parvis.features.tenants.plan import sound_documents

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLE = re.compile(r"^```toml\n# (\S+\.toml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
JUDGED = re.compile(r'--act (\S+) --text "([^"]+)"\n([A-Z]+)\n  \w+ +(\S+) / (\S+)')


def guide() -> str:
    return (REPOSITORY / "platform/docs/guides/tenant-admin.md").read_text("utf-8")


def written(folder: Path) -> Path:
    """Put the guide's examples together, in their order, as a tenant's folder."""
    parts = defaultdict(list)
    for name, text in EXAMPLE.findall(guide()):
        parts[name].append(text)
    folder.mkdir()
    for name, texts in parts.items():
        (folder / name).write_text("\n".join(texts), "utf-8")
    return folder


def test_the_examples_together_are_a_sound_tenant(tmp_path: Path) -> None:
    folder = written(tmp_path / "acme")
    (parsed,) = sound_documents([folder], themes=REPOSITORY / "themes")
    assert parsed.value.meeting[0].slug == "ag-2027"


def test_the_example_of_a_verdict_is_what_the_judge_says(tmp_path: Path) -> None:
    act, text, effect, clause, rule = JUDGED.search(guide()).groups()
    document = charter.load(written(tmp_path / "acme") / "charter.toml")
    found = judge(
        ActText(act=act, fields={"body": text}), compile_charter(document), {}, clock.now()
    )
    assert found.effect.upper() == effect
    assert [(one.clause, one.rule) for one in found.causes] == [(clause, rule)]


@pytest.mark.parametrize("track", list(Track))
def test_the_states_drawn_for_moderators_are_those_of_the_code(track: Track) -> None:
    drawn = (REPOSITORY / "platform/docs/guides/moderator.md").read_text("utf-8")
    assert mermaid(track) in drawn
