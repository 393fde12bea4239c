"""The archive of a member's own data: data.json for programs, index.html for people, and files.

Written row by row into a file: neither part is ever whole in memory.
"""

import tempfile
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from parvis.core import db, i18n
from parvis.core.data_rights import OwnDataAsked, OwnDataFile, OwnDataSection
from parvis.core.errors import NotFound
from parvis.core.events import publish
from parvis.core.ids import TenantId
from parvis.features.privacy import reading
from parvis.features.privacy.reading import Whose
from parvis.integrations.storage import storage

FORMAT = 1
STYLE = Path(__file__).with_name("archive.css")

Progress = Callable[[int], Awaitable[None]]


@asynccontextmanager
async def written(whose: Whose, told: Progress) -> AsyncIterator[Path]:
    """Lend the archive as a file for the block; `told` hears from 0 to 90 how far it is.

    Needs: no open transaction; one is opened while rows are read, none while files are fetched.
    """
    with tempfile.TemporaryDirectory(prefix="parvis-own-data-") as folder:
        path = Path(folder) / "archive.zip"
        with (
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
            tempfile.TemporaryFile(dir=folder) as page,
        ):
            files = await _write_data(archive, page, whose, told)
            _add_page(archive, page)
            archive.write(STYLE, "style.css")
            for file in files:
                await _add_file(archive, whose.tenant.id, file)
        yield path


async def _write_data(
    archive: zipfile.ZipFile, page: BinaryIO, whose: Whose, told: Progress
) -> list[OwnDataFile]:
    """Write data.json into the archive and the page beside it; return the files to add."""
    async with db.transaction(whose.tenant.id):
        asked = OwnDataAsked(member_id=whose.member_id, sections=[])
        await publish(asked)
        page.write(reading.beginning(whose, asked.sections).encode())
        with archive.open("data.json", "w", force_zip64=True) as data:
            data.write(_head(whose))
            for number, section in enumerate(asked.sections):
                data.write(b",\n" if number else b"\n")
                await _write_section(data, page, section, whose)
                await told(90 * (number + 1) // len(asked.sections))
            data.write(b"\n]}\n")
        page.write(reading.ending(whose, [file.file_name for file in asked.files]).encode())
    return asked.files


def _head(whose: Whose) -> bytes:
    about = {
        "format": FORMAT,
        "space": whose.tenant.space,
        "member": whose.member_id,
        "made_at": whose.made_at,
    }
    return msgspec.json.encode(about)[:-1] + b',"sections":['


async def _write_section(data: Any, page: BinaryIO, section: OwnDataSection, whose: Whose) -> None:
    """Write one section into both parts: the columns told once, then row after row."""
    columns = {name: i18n.translate(whose.locale, said) for name, said in section.columns.items()}
    title = i18n.translate(whose.locale, section.title)
    about = {"name": section.name, "title": title, "columns": columns}
    data.write(msgspec.json.encode(about)[:-1] + b',"rows":[')
    page.write(reading.section(section.name, title, whose).encode())
    count = 0
    async for row in section.rows:
        data.write((b",\n" if count else b"\n") + msgspec.json.encode(row))
        page.write(reading.row(columns, row, whose).encode())
        count += 1
    data.write(b"]}")
    page.write(reading.section_end(whose, count).encode())


def _add_page(archive: zipfile.ZipFile, page: BinaryIO) -> None:
    page.seek(0)
    with archive.open("index.html", "w", force_zip64=True) as target:
        while chunk := page.read(256 * 1024):
            target.write(chunk)


async def _add_file(archive: zipfile.ZipFile, tenant_id: TenantId, file: OwnDataFile) -> None:
    """Add what the member sent in; what is no longer there is left out."""
    try:
        found = await storage().open(tenant_id, file.object_name)
    except NotFound:
        return
    with archive.open(f"files/{file.file_name}", "w") as target:
        async for chunk in found.chunks:
            target.write(chunk)
