"""The certificates of a time-stamp in the order that DER wants.

Several authorities send them in an order of their own (CMS lets them), which a strict reader
refuses. The signature does not cover them, and their order changes no length: what is moved stays
the same token.
"""

from collections.abc import Iterator

import msgspec

SEQUENCE, CONTEXT_0 = 0x30, 0xA0


class Element(msgspec.Struct, frozen=True):
    """One element of a DER text: where it begins, where its content does, where it ends."""

    tag: int
    begin: int
    content: int
    end: int


def in_order(token: bytes) -> bytes:
    """Return a TimeStampResp with its certificates in order; anything else as it is."""
    try:
        certificates = _certificates(token)
        if certificates is None:
            return token
        inside = _elements(token, certificates.content, certificates.end)
        ordered = b"".join(sorted(token[one.begin : one.end] for one in inside))
    except IndexError:
        return token  # cut off: whoever reads it will say so
    return token[: certificates.content] + ordered + token[certificates.end :]


def _certificates(token: bytes) -> Element | None:
    """Find TimeStampResp → ContentInfo → [0] → SignedData → [0]."""
    found = next(_elements(token, 0, len(token)), None)
    for tag in (SEQUENCE, CONTEXT_0, SEQUENCE, CONTEXT_0):
        if found is None:
            return None
        inside = _elements(token, found.content, found.end)
        # The last of its kind: before ContentInfo stands the status, a sequence too.
        found = max((one for one in inside if one.tag == tag), key=_place, default=None)
    return found


def _place(element: Element) -> int:
    return element.begin


def _elements(data: bytes, at: int, end: int) -> Iterator[Element]:
    while at < end:
        length, content = data[at + 1], at + 2
        if length & 0x80:
            content += length & 0x7F
            length = int.from_bytes(data[at + 2 : content])
        if content + length > end:
            raise IndexError(at)
        yield Element(data[at], at, content, content + length)
        at = content + length
