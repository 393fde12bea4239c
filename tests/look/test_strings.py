"""Every marked string exists in French, once, with the same placeholders."""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from parvis.core import i18n
from tests.look.strings import in_python, in_template, marked

LANGUAGES = [locale for locale in i18n.locales() if locale != i18n.SOURCE_LOCALE]


@pytest.mark.parametrize("locale", LANGUAGES)
def test_every_marked_string_is_translated(locale: str) -> None:
    known = {part for _, message in messages(locale) if filled(message) for part in ids(message)}
    missing = [f"{path.name}: {text}" for text, path in marked().items() if text not in known]
    assert missing == []


@pytest.mark.parametrize("locale", LANGUAGES)
def test_a_string_has_one_translation_in_all_files(locale: str) -> None:
    translations = defaultdict(set)
    for _, message in messages(locale):
        translations[ids(message)[0]].add(message.string)
    assert {text: found for text, found in translations.items() if len(found) > 1} == {}


@pytest.mark.parametrize("locale", LANGUAGES)
def test_a_translation_has_the_placeholders_of_its_string(locale: str) -> None:
    differing = [
        (path.name, message.id)
        for path, message in messages(locale)
        for text in strings(message)
        # "{n}" may stay out of a form that says "one" in words.
        if (placeholders(text) ^ placeholders("".join(ids(message)))) - {"n"}
    ]
    assert differing == []


def test_strings_are_found_in_templates_and_in_python() -> None:
    template = '{{ _("One {a}", a=1) }}{# _("not this") #}{{ ngettext("cat", "cats", n) }}'
    assert list(in_template(template)) == ["One {a}", "cat", "cats"]
    python = 'X = N_("Two")\nraise E(N_("a " "b"))\ntranslate("en", "Three", n=1)\nprint("no")'
    assert set(in_python(python)) == {"Two", "a b", "Three"}


def messages(locale: str) -> Iterator[tuple[Path, Message]]:
    for path in sorted((i18n.LOCALE_FOLDER / locale).glob("*.po")):
        with path.open("rb") as file:
            yield from ((path, message) for message in read_po(file, locale=locale) if message.id)


def ids(message: Message) -> tuple[str, ...]:
    return message.id if isinstance(message.id, tuple) else (message.id,)


def strings(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def filled(message: Message) -> bool:
    return all(strings(message)) and not message.fuzzy


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))
