"""The words of the journal stand in one place each."""

import pkgutil
from importlib import import_module

from parvis.features.journal import sentences, wording


def _areas() -> list[str]:
    return [module.name for module in pkgutil.iter_modules(wording.__path__)]


def test_an_act_and_a_subject_are_worded_once() -> None:
    areas = [import_module(f"parvis.features.journal.wording.{name}") for name in _areas()]
    assert len(sentences.SENTENCES) == sum(len(area.SENTENCES) for area in areas)
    assert len(sentences.SUBJECTS) == sum(len(area.SUBJECTS) for area in areas)


def test_an_act_without_words_is_shown_by_its_name() -> None:
    assert sentences.say("never.heard", None, {}, "fr") == "Parvis: never.heard"
