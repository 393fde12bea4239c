"""Text made comparable: accents, case, look-alike letters and invisible characters folded away.

The folded text is what rules match; every match leads back to its place in the original. The
way back is worked out only when something matched: most texts hold nothing, and pay nothing.
"""

import re
import unicodedata
from bisect import bisect_right
from functools import cached_property
from itertools import accumulate

# Letters of other scripts that a reader takes for Latin ones (after Unicode's confusables),
# then the punctuation that keyboards and word processors vary.
_LOOKALIKES = {
    lookalike: plain
    for plain, lookalikes in {
        "a": "АаΑαɑ", "b": "ВвΒβЬь", "c": "СсϹϲ", "d": "ԀԁđðĐÐ", "e": "ЕеΕεєЄ", "f": "ƒ",
        "g": "ɡԌԍ", "h": "НнҺһΗħĦհ", "i": "ІіΙιıӀӏɩɪ", "j": "Јј", "k": "КкΚκ", "l": "łŁƖ",
        "m": "МмΜ", "n": "ΝηոռƝ", "o": "ОоΟοØøՕօ", "p": "РрΡρ", "q": "Ԛԛ", "r": "г", "s": "ЅѕՏ",
        "t": "ТтΤτŧŦ", "u": "υսՍ", "v": "νѴѵ", "w": "ωԜԝա", "x": "ХхΧχ", "y": "УуΥγҮү", "z": "Ζ",
        "oe": "œŒ", "ae": "æÆ", "'": "’‘‛ʼʹ′´`", '"': "«»“”„‟″", "-": "‐‑‒–—―−⁃",
        ".": "。․∙⋅", "/": "⁄∕",
    }.items()
    for lookalike in lookalikes
}  # fmt: skip
# Blank to the eye, yet letters or symbols to Unicode.
_INVISIBLE = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_DROPPED = frozenset(("Mn", "Me", "Cf", "Cc"))


class _FoldTable(dict[int, str]):
    """Code point to what it folds to, worked out once for each character that is met."""

    MOST = 20_000  # beyond it someone is sending every character there is

    def __missing__(self, code: int) -> str:
        if len(self) > self.MOST:
            self.clear()
        self[code] = folded = _fold_character(chr(code))
        return folded


def _fold_character(character: str) -> str:
    if character.isspace():
        return " "
    plain = _without_lookalikes(unicodedata.normalize("NFKD", character))
    folded = _without_lookalikes(unicodedata.normalize("NFKD", plain.casefold()))
    return "".join(_digit(part) for part in folded if not _is_dropped(part))


def _without_lookalikes(text: str) -> str:
    return "".join(_LOOKALIKES.get(part, part) for part in text)


def _is_dropped(character: str) -> bool:
    return unicodedata.category(character) in _DROPPED or character in _INVISIBLE


def _digit(character: str) -> str:
    """Return the ASCII digit for a digit of any script."""
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)


class _LengthTable(dict[int, str]):
    """Code point to a character whose own code is the length of what it folds to."""

    def __missing__(self, code: int) -> str:
        if len(self) > _FoldTable.MOST:
            self.clear()
        self[code] = length = chr(len(_FOLDED[code]))
        return length


_FOLDED = _FoldTable()
_LENGTHS = _LengthTable()
_BETWEEN_WORDS = re.compile(r"[\W_]")
# The common case, an ASCII text once folded, goes through a table in one pass.
_ASCII_WORDS = {code: chr(code) if chr(code).isalnum() else " " for code in range(128)}


# Nearly every text in a Western language fits this code page, where folding is one pass over
# bytes, ten times as fast as over characters. What folds to several characters goes first.
_CODE_PAGE = "cp1252"


def _code_page_table() -> tuple[bytes, bytes, dict[str, str]]:
    """Return what each byte folds to, the bytes to drop, and the characters to replace before."""
    table, dropped, replaced = bytearray(range(256)), bytearray(), {"\u202f": " "}
    for byte in range(256):
        character = bytes([byte]).decode(_CODE_PAGE, errors="ignore")
        folded = _fold_character(character) if character else ""
        if character and not folded:
            dropped.append(byte)
        elif len(folded) == 1 and (fits := folded.encode(_CODE_PAGE, errors="ignore")):
            table[byte] = fits[0]
        elif character:
            replaced[character] = folded
    return bytes(table), bytes(dropped), replaced


_TABLE, _DELETED, _REPLACED = _code_page_table()
_PAGE = bytes(range(256)).decode(_CODE_PAGE, errors="ignore")
_SINGLE = "".join(character for character in _PAGE if len(_fold_character(character)) == 1)
# A text of these alone keeps its places when it is folded.
_ONE_TO_ONE = re.compile(f"[{re.escape(_SINGLE)}]*")


def fold(text: str) -> str:
    """Return the text in lower case, without accents, look-alikes or invisible characters."""
    plain = text
    for character, folded in _REPLACED.items():
        if character in plain:
            plain = plain.replace(character, folded)
    try:
        return plain.encode(_CODE_PAGE).translate(_TABLE, _DELETED).decode(_CODE_PAGE)
    except UnicodeEncodeError:
        return text.translate(_FOLDED)


def fold_words(text: str) -> str:
    """Return the folded words of a text, one space before, between and after them."""
    return " " + " ".join(_spaced(fold(text)).split()) + " "


def _spaced(folded: str) -> str:
    """Return the folded text, as long as before, with a space for all that is not in a word."""
    return folded.translate(_ASCII_WORDS) if folded.isascii() else _BETWEEN_WORDS.sub(" ", folded)


class FoldedText:
    """One text and its two folded forms, with the way back to the original from both."""

    def __init__(self, original: str) -> None:
        self.original = original

    @cached_property
    def folded(self) -> str:
        return fold(self.original)

    @cached_property
    def words(self) -> str:
        return " " + " ".join(_spaced(self.folded).split()) + " "

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where [start, end) of `folded` stands in the original."""
        first, last = self._origin(start), self._origin(end - 1)
        # What was dropped after the last character (an accent, a joiner) belongs to it.
        return first, max(last + 1, self._origin(end))

    def word_span(self, start: int, end: int) -> tuple[int, int]:
        """Return where [start, end) of `words`, which begins and ends in a word, stands."""
        return self.span(self._folded_place(start), self._folded_place(end - 1) + 1)

    def places_in_words(self, start: int, end: int) -> tuple[int, int]:
        """Return where [start, end) of `folded`, which begins and ends in a word, is in `words`."""
        return self._place_in_words(start), self._place_in_words(end - 1) + 1

    def _place_in_words(self, place: int) -> int:
        number = bisect_right(self._word_starts, place) - 1
        return self._starts_in_words[number] + place - self._word_starts[number]

    @cached_property
    def _starts_in_words(self) -> list[int]:
        """Where in `words` each word begins."""
        return list(accumulate((len(word) + 1 for word in self.words.split()), initial=1))

    def _origin(self, place: int) -> int:
        """Return where the character of `folded` at `place` comes from; its end has one too."""
        if self._fold_ends is None:
            return place
        return bisect_right(self._fold_ends, place)

    @cached_property
    def _fold_ends(self) -> list[int] | None:
        """How long `folded` is after each original character; None when each became one."""
        if _ONE_TO_ONE.fullmatch(self.original):
            return None
        return list(accumulate(map(ord, self.original.translate(_LENGTHS))))

    def _folded_place(self, place: int) -> int:
        """Return where in `folded` the word character at `place` of `words` stands."""
        number = self.words.count(" ", 0, place) - 1
        return self._word_starts[number] + place - self.words.rfind(" ", 0, place) - 1

    @cached_property
    def _word_starts(self) -> list[int]:
        """Where in `folded` each word begins."""
        pieces = _spaced(self.folded).split(" ")
        starts = accumulate((len(piece) + 1 for piece in pieces), initial=0)
        return [start for start, piece in zip(starts, pieces, strict=False) if piece]
