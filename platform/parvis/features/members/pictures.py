"""Photos of members: what they send is drawn anew, so that nothing but the picture is kept."""

import warnings
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from parvis.core.errors import Invalid, TooLarge
from parvis.core.i18n import N_

MOST_BYTES = 5 * 1024 * 1024
# A picture of a few kilobytes may unfold to gigabytes: its size is read before it is drawn.
MOST_PIXELS = 30_000_000
SIDE = 400
LEAST_SIDE = 64
MEDIA_TYPE, SUFFIX = "image/webp", "webp"
_QUALITY = 82
# What a file is, by its first bytes: its name and declared type are the sender's word only.
_SIGNATURES = {"JPEG": b"\xff\xd8\xff", "PNG": b"\x89PNG\r\n\x1a\n", "WEBP": b"RIFF"}
_NO_PICTURE = N_("Please choose a photo in JPEG, PNG or WebP.")


def portrait(content: bytes) -> bytes:
    """Return the picture as a square WebP of at most 400 pixels a side, without its metadata.

    Errors: TooLarge; Invalid for what is no JPEG, PNG or WebP from first to last byte read, for
    one of too many pixels, and for one too small to show a face.
    """
    if len(content) > MOST_BYTES:
        raise TooLarge(N_("A photo may be 5 MB at most."))
    kind = next((name for name, first in _SIGNATURES.items() if content.startswith(first)), None)
    if kind is None:
        raise Invalid(fields={"photo": _NO_PICTURE})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _drawn(content, kind)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Invalid(fields={"photo": N_("This picture has too many pixels.")}) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError):
        # Pillow's readers tell a broken file by any of these.
        raise Invalid(fields={"photo": _NO_PICTURE}) from None


def _drawn(content: bytes, kind: str) -> bytes:
    with Image.open(BytesIO(content), formats=(kind,)) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise Invalid(fields={"photo": N_("This picture has too many pixels.")})
        if min(opened.size) < LEAST_SIDE:
            raise Invalid(fields={"photo": N_("This picture is too small to show a face.")})
        opened.draft("RGB", (2 * SIDE, 2 * SIDE))  # a JPEG is then read at a fraction of its size
        square = ImageOps.fit(_upright(opened), (_side(opened),) * 2, centering=(0.5, 0.4))
    out = BytesIO()
    square.save(out, "WEBP", quality=_QUALITY, method=4)
    return out.getvalue()


def _side(opened: Image.Image) -> int:
    return min(SIDE, *opened.size)


def _upright(opened: Image.Image) -> Image.Image:
    """Return the picture as it was held when taken, in plain colours, on white."""
    upright = ImageOps.exif_transpose(opened)
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        clear = upright.convert("RGBA")
        white = Image.new("RGBA", clear.size, "white")
        return Image.alpha_composite(white, clear).convert("RGB")
    return upright.convert("RGB")
