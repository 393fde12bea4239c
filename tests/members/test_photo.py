"""Photos: drawn anew, shown to whom the page is open, gone when they are taken away."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from parvis.core import jobs
from parvis.core.errors import Invalid, NotFound, TooLarge
from parvis.features.members import pictures
from parvis.features.members.actions_photo import drop_photo
from tests.factories import House, Person
from tests.members.conftest import become, hide, seen


@pytest.fixture
async def sabine(orvance: House) -> Person:
    return await orvance.person("Sabine Auclerc")


@pytest.fixture
async def reader(orvance: House) -> Person:
    return await orvance.person("Bruno Taillade")


def picture(kind: str = "JPEG", size: tuple[int, int] = (900, 600), **options: object) -> bytes:
    out = BytesIO()
    Image.effect_noise(size, 60).convert(options.pop("mode", "RGB")).save(out, kind, **options)
    return out.getvalue()


async def send(person: Person, content: bytes, name: str = "moi.jpg"):
    return await person.browser.send_form("/me/photo", {}, files={"photo": (name, content)})


async def photo_of(reader: Person, person: Person) -> str:
    address = (await seen(reader, person))["photo"]
    assert address
    return str(address)


async def test_a_photo_is_shown_to_whom_the_page_is_open(
    sabine: Person, reader: Person, stored
) -> None:
    sent = await send(sabine, picture())
    assert sent.status_code == 303, sent.text
    address = await photo_of(reader, sabine)
    shown = await reader.browser.get(address)
    assert shown.status_code == 200
    assert shown.headers["content-type"] == "image/webp"
    assert shown.headers["cache-control"] == "private, max-age=86400"
    assert shown.headers["x-content-type-options"] == "nosniff"
    with Image.open(BytesIO(shown.content)) as image:
        assert (image.format, image.size) == ("WEBP", (400, 400))
    page = (await reader.browser.get(f"/people/{sabine.id}")).text
    assert f'src="{address}" alt="Photo de Sabine Auclerc"' in page
    assert address in (await reader.browser.get("/people")).text


async def test_a_new_photo_has_a_new_address_and_the_old_object_goes(
    orvance: House, sabine: Person, reader: Person, stored
) -> None:
    await send(sabine, picture())
    first = await photo_of(reader, sabine)
    name = f"members/{sabine.id}/photo/{first.rsplit('=', 1)[1]}.webp"
    assert (await stored.open(orvance.tenant.id, name)).size_bytes > 0
    await send(sabine, picture("PNG"))
    assert await photo_of(reader, sabine) != first
    await jobs.run(drop_photo, orvance.tenant.id, name=name)
    with pytest.raises(NotFound):
        await stored.open(orvance.tenant.id, name)


async def test_a_photo_is_taken_away(sabine: Person, reader: Person, stored) -> None:
    await send(sabine, picture())
    address = await photo_of(reader, sabine)
    sent = await sabine.browser.send_form("/me/photo/removal", {})
    assert sent.status_code == 303
    assert (await seen(reader, sabine))["photo"] is None
    assert (await reader.browser.get(address)).status_code == 404
    assert (await sabine.browser.call("DELETE", "/me/photo")).status_code == 204


async def test_the_api_takes_a_photo_too(sabine: Person, reader: Person, stored) -> None:
    headers = {"x-csrf-token": await sabine.browser.token(), "accept": "application/json"}
    files = {"data": ("a.png", picture("PNG"))}
    sent = await sabine.browser.put("/api/v1/me/photo", files=files, headers=headers)
    assert sent.status_code == 200, sent.text
    assert sent.json()["profile"]["photo"]
    sent = await sabine.browser.put(
        "/api/v1/me/photo", files={"data": ("a.png", b"no picture")}, headers=headers
    )
    assert (sent.status_code, list(sent.json()["fields"])) == (422, ["photo"])


@pytest.mark.parametrize("gone", [{"in_directory": False}, {"state": "deactivated"}])
async def test_the_photo_of_an_absent_member_is_missing(
    orvance: House, sabine: Person, reader: Person, stored, gone: dict
) -> None:
    await send(sabine, picture())
    address = await photo_of(reader, sabine)
    await become(orvance, sabine, **gone)
    absent = await reader.browser.get(address)
    never = await reader.browser.get(address.replace(str(sabine.id), str(reader.id)))
    assert absent.status_code == never.status_code == 404


async def test_a_member_who_hides_still_sees_their_own_photo(sabine: Person, stored) -> None:
    await send(sabine, picture())
    await hide(sabine)
    assert (await sabine.browser.get(await photo_of(sabine, sabine))).status_code == 200


async def test_without_storage_nothing_is_kept(sabine: Person) -> None:
    sent = await send(sabine, picture())
    assert sent.status_code == 503
    assert (await seen(sabine, sabine))["photo"] is None


def png_of(width: int, height: int) -> bytes:
    """A picture of a few bytes that unfolds to `width` times `height` pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


BAD = {
    "nothing": b"",
    "text": b"<html><script>alert(1)</script>",
    "vector": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "gif": b"GIF89a" + b"\x00" * 100,
    "pdf that is a picture later": b"%PDF-1.7\n" + picture(),
    "script that is a picture later": b"#!/bin/sh\n" + picture(),
    "bomb": png_of(60_000, 60_000),
    "tall bomb": png_of(1_000_000, 65),
    "tiny": picture(size=(32, 32)),
    "cut off": picture()[:2000],
    "signature only": b"\xff\xd8\xff",
    "png head only": b"\x89PNG\r\n\x1a\n" + b"\x00" * 50,
    "riff that is no webp": b"RIFF\x00\x00\x00\x00WAVE" + b"\x00" * 100,
    "tiff in a jpeg's name": picture("TIFF"),
}


@pytest.mark.parametrize("name", BAD)
async def test_what_is_no_photo_is_refused_at_its_field(sabine: Person, stored, name: str) -> None:
    sent = await send(sabine, BAD[name])
    assert sent.status_code == 422, sent.text
    assert 'id="photo-error"' in sent.text
    assert (await seen(sabine, sabine))["photo"] is None


async def test_a_photo_beyond_five_megabytes_is_refused(sabine: Person, stored) -> None:
    sent = await send(sabine, b"\xff\xd8\xff" + b"0" * (5 * 1024 * 1024))
    assert sent.status_code == 413
    assert "5\u00a0Mo au plus." in sent.text
    assert 'id="photo-error"' in sent.text
    sent = await send(sabine, b"\xff\xd8\xff" + b"0" * (6 * 1024 * 1024))
    assert sent.status_code == 413


async def test_a_form_without_a_file_is_told(sabine: Person, stored) -> None:
    assert (await sabine.browser.send_form("/me/photo", {"photo": "x"})).status_code == 422


def test_nothing_but_the_picture_is_kept() -> None:
    exif = Image.Exif()
    exif[0x010F] = "MARQUE DE L’APPAREIL"
    exif[0x8825] = {1: "N", 2: (45.0, 45.0, 50.0)}
    sent = picture(exif=exif, comment=b"secret") + b"<script>alert(1)</script>PK\x03\x04"
    drawn = pictures.portrait(sent)
    assert b"MARQUE" in sent
    for trace in (b"MARQUE", b"Exif", b"EXIF", b"secret", b"script", b"PK\x03\x04", b"XMP"):
        assert trace not in drawn
    with Image.open(BytesIO(drawn)) as image:
        assert not image.getexif()
        assert "icc_profile" not in image.info


def test_a_picture_stands_as_it_was_held() -> None:
    upright = Image.new("RGB", (200, 400), "white")
    upright.paste("red", (0, 0, 200, 200))
    exif = Image.Exif()
    exif[0x0112] = 8  # held turned by ninety degrees
    out = BytesIO()
    upright.rotate(-90, expand=True).save(out, "JPEG", exif=exif)
    with Image.open(BytesIO(pictures.portrait(out.getvalue()))) as image:
        red, green, blue = image.convert("RGB").getpixel((image.width // 2, 5))
    assert red > 200
    assert green < 80
    assert blue < 80


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "CMYK", "1", "I;16"])
def test_every_way_of_colouring_is_drawn(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    image = Image.new(mode, (100, 130))
    out = BytesIO()
    image.save(out, kind)
    with Image.open(BytesIO(pictures.portrait(out.getvalue()))) as drawn:
        assert drawn.size == (100, 100)
        assert drawn.mode == "RGB"


def test_bounds_are_said() -> None:
    with pytest.raises(TooLarge):
        pictures.portrait(b"\xff\xd8\xff" + b"0" * pictures.MOST_BYTES)
    with pytest.raises(Invalid):
        pictures.portrait(BAD["bomb"])
