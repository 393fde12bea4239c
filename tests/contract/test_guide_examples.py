"""What the guides show is so: examples that Parvis accepts, labels that are on the screens."""

import io
import re
from collections import defaultdict
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

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
LABEL = re.compile(r"`([A-ZÀÉ][^`\n]+)`")


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


def on_screen(language: str) -> set[str]:
    """Return the words of the screens, apostrophes straight as guides may write them."""
    words: set[str] = set()
    for file in (REPOSITORY / "platform/parvis/locale/fr").glob("*.po"):
        for message in read_po(io.BytesIO(file.read_bytes()), locale="fr"):
            said = message.id if language == "en" else message.string
            words |= {said} if isinstance(said, str) else set(said)
    return {word.replace("’", "'") for word in words}


@pytest.mark.parametrize(
    ("guide", "language"), [("member", "en"), ("member.fr", "fr"), ("moderator", "en")]
)
def test_the_labels_that_guides_name_are_on_the_screens(guide: str, language: str) -> None:
    text = (REPOSITORY / f"platform/docs/guides/{guide}.md").read_text("utf-8")
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    named = {label.replace("’", "'") for label in LABEL.findall(prose)}
    assert len(named) > 10
    assert named - on_screen(language) == set()
