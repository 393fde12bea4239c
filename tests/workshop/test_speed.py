"""How fast words are rehearsed: both charters, standing, tally. Measured in CPU time."""

import time
from uuid import UUID

import pytest

from parvis.core import clock
from parvis.features.charter.document import parse
from parvis.features.charter.judge import compile_charter
from parvis.features.charter.verdict import ActText
from parvis.features.workshop.rehearsal import running
from parvis.features.workshop.rehearsal.running import Bench
from parvis.features.workshop.rehearsal.tally import Tally
from parvis.features.workshop.rehearsal.words import Reach, Word
from parvis.features.workshop.rules import FILE
from tests.workshop.conftest import SOURCE

TEXT = (
    "Nous avons transmis une partie de notre patrimoine à nos enfants l’an dernier, et le "
    "notaire nous a beaucoup aidés. Il ne faut pas croire les rumeurs : tout se prépare. "
)


@pytest.mark.parametrize("length", [1, 4])
async def test_thousands_of_texts_a_second_of_work(length: int) -> None:
    charter, now = compile_charter(parse(SOURCE, FILE)), clock.now()
    words = [
        Word(
            id=UUID(int=n), author=UUID(int=n % 500), at=now,
            act=ActText(act="post.publish", fields={"title": f"Titre {n}", "body": TEXT * length}),
        )
        for n in range(1000)
    ]  # fmt: skip
    reach = Reach(since=now, until=now, everywhere=True, places=(), house=True)
    bench = Bench(
        id=UUID(int=0), draft=charter, current=charter, dates={}, reach=reach, most_published=0,
        judged=0, tally=Tally(),
    )  # fmt: skip
    began = time.process_time()
    await running._judge(bench, words)
    bench.tally.result()
    taken = time.process_time() - began
    assert taken < 10
