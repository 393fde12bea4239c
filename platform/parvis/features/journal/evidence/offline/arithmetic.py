"""What the offline verifier computes: signatures, canonical JSON, the tree, notes, time-stamps.

Only the standard library, and Python 3.10: `program` puts this into the file that others run.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

Point = tuple[int, int, int, int]
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
# The hash functions of time-stamps by the end of their object identifiers, 2.16.840.1.101.3.4.2.n.
HASHES = {1: "sha256", 2: "sha384", 3: "sha512"}


class Failed(Exception):
    """Something does not hold: where, and what."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}")


# ---- Ed25519 (RFC 8032, section 5.1) ----


def ed25519_verify(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` is that of `message` under the 32 bytes of a public key."""
    if len(key) != 32 or len(signature) != 64:
        return False
    a, r, s = decompress(key), decompress(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    p, q = times(s, BASE), add(r, times(h, a))
    return (p[0] * q[2] - q[0] * p[2]) % P == 0 and (p[1] * q[2] - q[1] * p[2]) % P == 0


def decompress(data: bytes) -> Point | None:
    """Return the point that 32 bytes stand for, as X, Y, Z and T; None where there is none."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def add(p: Point, q: Point) -> Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(scalar: int, point: Point) -> Point:
    total = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = add(total, point)
        point, scalar = add(point, point), scalar >> 1
    return total


BASE: Point = decompress((4 * pow(5, P - 2, P) % P).to_bytes(32, "little")) or (0, 1, 1, 0)


# ---- JSON in its one canonical form (RFC 8785) ----


def canonical(value: Any) -> str:
    """Return a value of JSON in the form whose bytes are hashed."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: str(name).encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(n)}:{canonical(value[n])}" for n in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(canonical(one) for one in value) + "]"
    if isinstance(value, float) or (type(value) is int and abs(value) >= 2**53):
        return number(float(value))
    return json.dumps(value, ensure_ascii=False)


def number(value: float) -> str:
    """Return a number as ECMAScript writes it."""
    mantissa, _, power = repr(abs(value)).partition("e")
    whole, _, part = mantissa.partition(".")
    digits = (whole + part).lstrip("0")
    point = len(whole) + int(power or 0) - (len(whole + part) - len(digits))
    digits, sign = digits.rstrip("0"), "-" if value < 0 else ""
    if not digits:
        return "0"
    if 0 < point <= 21:
        padded = digits.ljust(point, "0")
        return sign + padded[:point] + ("." if padded[point:] else "") + padded[point:]
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    rest = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{rest}e{point - 1:+d}"


# ---- the tree (RFC 9162, sections 2.1.3.2 and 2.1.4.2) ----


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right)


def root_of_leaf(leaf: bytes, position: int, size: int, path: list[bytes]) -> bytes | None:
    """Return the root that a leaf at `position` has over `path`; None where it does not fit."""
    here, last, found = position, size - 1, leaf
    for other in path:
        if last == 0:
            return None
        if here & 1 or here == last:
            found = node(other, found)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            found = node(found, other)
        here, last = here >> 1, last >> 1
    return found if last == 0 and 0 <= position < size else None


def grew(first: int, second: int, path: list[bytes], old: bytes, new: bytes) -> bool:
    """Whether the tree of `second` leaves and root `new` begins with the one of `first`."""
    if first == second:
        return old == new and not path
    nodes = [old, *path] if first & (first - 1) == 0 else path
    here, last = first - 1, second - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    small = great = nodes[0] if nodes else b""
    for other in nodes[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            small, great = node(other, small), node(other, great)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            great = node(great, other)
        here, last = here >> 1, last >> 1
    return last == 0 and (small, great) == (old, new)


# ---- signed notes: checkpoints, and the list of files (C2SP signed-note) ----


def unbase64(text: str) -> bytes:
    """Return the bytes of one exact Base64 text: no other may stand for the same bytes."""
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("not canonical Base64")
    return data


def opened(note: bytes, where: str, keys: dict[bytes, bytes]) -> list[str]:
    """Return the lines of a note that one of `keys` (by key id) has signed."""
    try:
        text, _, tail = note.decode().partition("\n\n")
        name, line = text.split("\n")[0], tail.split(" ")
        signed = unbase64(line[2][:-1])
        is_ours = len(line) == 3 and line[:2] == ["\u2014", name] and line[2][-1:] == "\n"
    except (ValueError, IndexError):
        is_ours, signed = False, b""
    if not is_ours:
        raise Failed(where, "it is no signed note")
    key = keys.get(signed[:4])
    if key is None:
        raise Failed(where, "it was signed with none of these keys")
    if not ed25519_verify(key, f"{text}\n".encode(), signed[4:]):
        raise Failed(where, "its signature does not hold")
    return text.split("\n")


def key_id(name: str, key: bytes) -> bytes:
    return sha256(name.encode() + b"\n\x01" + key)[:4]


class Checkpoint:
    """The tree at one moment, as a signed note says it."""

    def __init__(self, note: bytes, where: str, origin: str, keys: list[bytes]) -> None:
        lines = opened(note, where, {key_id(origin, key): key for key in keys})
        said = dict(line.partition(" ")[::2] for line in lines[3:])
        if lines[0] != origin:
            raise Failed(where, "it is another journal's")
        self.where, self.size, self.root = where, int(lines[1]), unbase64(lines[2])
        self.number, self.time = int(said["number"]), said["time"]
        self.previous, self.hash = said.get("previous"), sha256(note)

    def holds(self, leaf: bytes, position: int, path: list[str], where: str) -> None:
        """Raise Failed unless the tree has `leaf` at `position`."""
        nodes = [bytes.fromhex(one) for one in path]
        if root_of_leaf(leaf, position, self.size, nodes) != self.root:
            raise Failed(where, f"it is not entry {position} of the tree of {self.where}")


# ---- time-stamps (RFC 3161): what was stamped, and when ----


def parts(der: bytes) -> list[tuple[int, bytes]]:
    """Return the elements that follow each other in DER, as tag and content."""
    found, at = [], 0
    while at < len(der):
        tag, length, at = der[at], der[at + 1], at + 2
        if length & 0x80:
            length, at = int.from_bytes(der[at : at + (length & 0x7F)], "big"), at + (length & 0x7F)
        found.append((tag, der[at : at + length]))
        at += length
    return found


def stamped(token: bytes) -> tuple[str, bytes, str]:
    """Return the hash function, the hash and the moment that a time-stamp names."""
    content = parts(parts(parts(token)[0][1])[1][1])[1][1]  # the SignedData of the answer
    info = parts(parts(parts(content)[0][1])[2][1])[1][1]  # its TSTInfo, in an octet string
    fields = parts(parts(parts(info)[0][1])[0][1])
    algorithm, digest = parts(fields[2][1])
    return HASHES[parts(algorithm[1])[0][1][-1]], digest[1], fields[4][1].decode()
