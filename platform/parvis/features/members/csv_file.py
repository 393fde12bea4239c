"""Lists of people as spreadsheets write them: read with every doubt told, written without danger.

Pure: bytes in, rows out.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from parvis.core.errors import Invalid
from parvis.core.i18n import N_
from parvis.features.identity.names import folded_words

MOST_BYTES = 2_000_000
MOST_LINES = 5_000
MOST_CELL = 1_000
BOM = b"\xef\xbb\xbf"
BETWEEN = "|"

# How lists call what an invitation says; folded, so case, accents and dashes do not matter.
COLUMNS = {
    "email": ("e-mail", "email", "adresse e-mail", "adresse", "courriel", "mail", "e-mail address"),
    "locale": ("langue", "language", "locale"),
    "capacity": ("qualité", "capacity"),
    "capacity_label": ("fonction", "intitulé", "title", "role", "capacity label"),
    "firm": ("cabinet", "société", "firm", "company"),
    "register_number": ("numéro d’immatriculation", "immatriculation", "orias", "register number"),
    "groups": ("groupes", "groupe", "groups", "group"),
    "communities": ("communautés", "communauté", "communities", "community"),
}
LISTS = ("groups", "communities")
_FOLDED = {
    " ".join(folded_words(name)): column for column, names in COLUMNS.items() for name in names
}


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line: where it stands in the file, and its cells by column."""

    line: int
    cells: dict[str, str]


def read(data: bytes) -> tuple[Row, ...]:
    """Return the lines of a list, empty ones left out. Errors: Invalid saying what to do."""
    text = _decoded(data)
    first = text.split("\n", 1)[0]
    delimiter = ";" if first.count(";") >= first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return tuple(_rows(reader))
    except csv.Error:
        raise _wrong(
            N_("Line {line} cannot be read: a quotation mark is missing."), line=reader.line_num
        ) from None


def _decoded(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise _wrong(N_("The file is larger than 2 MB. Send it in parts."))
    try:
        text = data.removeprefix(BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise _wrong(
            N_("Line {line} is not in UTF-8. Save the list as “CSV UTF-8” and send it again."),
            line=line,
        ) from None
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        raise _wrong(N_("Line {line} holds a character that no list has."), line=line)
    return text


def _rows(reader: Any) -> Iterable[Row]:
    columns = _header(next(reader, []))
    found = 0
    before = reader.line_num
    for cells in reader:
        line, before = before + 1, reader.line_num
        if not any(cell.strip() for cell in cells):
            continue
        found += 1
        if found > MOST_LINES:
            raise _wrong(N_("The list has more than 5,000 lines. Send it in parts."))
        yield Row(line=line, cells=_cells(columns, cells, line))
    if not found:
        raise _wrong(N_("The list has no line below its header."))


def _header(cells: Sequence[str]) -> tuple[str, ...]:
    columns = tuple(_FOLDED.get(" ".join(folded_words(cell)), "") for cell in cells)
    for cell, column in zip(cells, columns, strict=True):
        if not column:
            raise _wrong(N_("The column “{name}” is not one of ours."), name=cell.strip()[:60])
        if columns.count(column) > 1:
            raise _wrong(N_("Two columns say the same: “{name}”."), name=cell.strip()[:60])
    if "email" not in columns:
        raise _wrong(N_("The first line must name the columns, “e-mail” among them."))
    return columns


def _cells(columns: tuple[str, ...], cells: Sequence[str], line: int) -> dict[str, str]:
    if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
        raise _wrong(N_("Line {line} has more cells than the header."), line=line)
    found = {column: cell.strip()[:MOST_CELL] for column, cell in zip(columns, cells, strict=False)}
    return {column: cell for column, cell in found.items() if cell}


def listed(cell: str) -> tuple[str, ...]:
    """Return the names of a cell that holds several, between bars."""
    return tuple(name for part in cell.split(BETWEEN) if (name := part.strip()))


def _wrong(message: str, **data: Any) -> Invalid:
    return Invalid(fields={"file": message}, **data)


_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write(rows: Iterable[Sequence[str]], *, delimiter: str) -> bytes:
    """Return rows as a file that spreadsheets open, and in which no cell is a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    for row in rows:
        writer.writerow([harmless(cell) for cell in row])
    return BOM + out.getvalue().encode()


def harmless(cell: str) -> str:
    """Return a cell that a spreadsheet shows as text: one that could be a formula is quoted."""
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell
