"""Folding makes disguises fall, and never loses the way back to what was written."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.features.charter.folding import FoldedText, fold, fold_words

DISGUISES = [
    "cession",
    "rumeur",
    "oe",
    "'",
    "«»",
    "\u200b",
    "\u0301",
    "é",
    "œ",
    "Ａ",
    "о",
    " ",
    "\n",
]
texts = st.lists(st.one_of(st.text(max_size=5), st.sampled_from(DISGUISES))).map("".join)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Été", "ete"),
        ("E\u0301te\u0301", "ete"),
        ("Cœur d’ÆON", "coeur d'aeon"),
        ("ｆｕｌｌ　ｗｉｄｔｈ", "full width"),
        ("сеssіоn", "cession"),  # four Cyrillic letters
        ("ΡRΟJΕΤ", "projet"),  # Greek capitals
        ("ces\u200bsi\u2060on\ufeff", "cession"),
        ("soft\u00adhyphen", "softhyphen"),
        ("𝓬𝓮𝓼𝓼𝓲𝓸𝓷", "cession"),
        ("STRASSE straße", "strasse strasse"),
        ("a\u00a0b\u202fc", "a b c"),
        ("٤٢ ４２", "42 42"),
        ("« non » – “oui”", '" non " - "oui"'),
    ],
)
def test_disguises_fold_to_the_plain_word(written, folded):
    assert fold(written) == folded


def test_folding_any_single_character_twice_changes_nothing_more():
    characters = map(chr, range(0, sys.maxunicode + 1, 7))
    assert [c for c in characters if fold(fold(c)) != fold(c)] == []


@given(texts)
def test_a_character_outside_the_fast_path_changes_nothing_else(text):
    assert fold(text + "\u200b") == fold(text)
    assert fold(text + "\u4e00") == fold(text) + "\u4e00"


def test_both_paths_fold_every_character_alike():
    characters = [chr(code) for code in range(0x180)] + list("‘’“”„†‡•…‰‹›€™–—˜\u202f")
    assert [c for c in characters if fold(c) != fold(c + "\u4e00")[:-1]] == []


@given(texts)
def test_folding_is_idempotent(text):
    assert fold(fold(text)) == fold(text)
    assert fold_words(fold_words(text)) == fold_words(text)


@given(texts, st.data())
def test_spans_of_the_folded_text_point_at_what_folds_to_them(text, data):
    read = FoldedText(text)
    if not read.folded:
        return
    start = data.draw(st.integers(0, len(read.folded) - 1))
    end = data.draw(st.integers(start + 1, len(read.folded)))
    first, last = read.span(start, end)
    assert 0 <= first < last <= len(text)
    assert read.folded[start:end] in fold(text[first:last])


@given(texts, st.data())
def test_spans_of_words_point_at_those_words(text, data):
    read = FoldedText(text)
    words = read.words.split()
    if not words:
        return
    number = data.draw(st.integers(0, len(words) - 1))
    start = sum(len(word) + 1 for word in words[:number]) + 1
    first, last = read.word_span(start, start + len(words[number]))
    assert words[number] in fold(text[first:last])
