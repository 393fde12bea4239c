"""Names made findable: each is filed under every one of its words, folded, in any script."""

import unicodedata
from uuid import UUID

from parvis.core import db, ids

# Letters that are no base letter with a mark, as people who lack them on their keyboard type them.
_PLAIN = str.maketrans({
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ŧ": "t",
    "æ": "ae", "œ": "oe", "þ": "th",
})  # fmt: skip
# Sorts before the space between words: “Anne Tavel” stands before “Anne-Lise Tavel”.
END = "\t"
MOST_WORDS = 12
MOST_LETTERS = 160


def folded_words(text: str) -> tuple[str, ...]:
    """Return the words of a name or a search without case and accents, at most twelve."""
    letters = unicodedata.normalize("NFKD", text[:MOST_LETTERS].casefold().translate(_PLAIN))
    spaced = "".join(_letter(letter) for letter in letters)
    return tuple(spaced.split()[:MOST_WORDS])


def _letter(letter: str) -> str:
    """Keep letters, digits and vowel signs; drop accents and joiners; part words at the rest."""
    if unicodedata.combining(letter) or unicodedata.category(letter) == "Cf":
        return ""
    return letter if unicodedata.category(letter)[0] in "LNM" else " "


def name_keys(member_id: UUID, name: str) -> tuple[str, ...]:
    """Return the keys a name is filed under, the whole name's first: one a word, from it on.

    Each ends in the member's id: two people of one name stand in an order that lasts.
    """
    words = folded_words(name) or ("",)
    return tuple(f"{' '.join(words[n:])}{END}{member_id.hex}" for n in range(len(words)))


def listed(alias: str) -> str:
    """Return the SQL that tells whether others may look a member up; `alias` names the table."""
    return (
        f"({alias}.kind = 'person' AND {alias}.state = 'active' AND {alias}.in_directory"
        f" AND {alias}.erased_at IS NULL)"
    )


# A trigger of `member` keeps the last two columns as they should be from then on.
_FORGET = "DELETE FROM member_name_key WHERE tenant_id = $1 AND member_id = $2"
_FILE = f"""
    INSERT INTO member_name_key
           (tenant_id, id, member_id, key, is_first, capacity, is_listed)
    SELECT m.tenant_id, k.id, m.id, k.key, k.n = 1, m.capacity, {listed("m")}
      FROM member m, unnest($3::uuid[], $4::text[]) WITH ORDINALITY AS k (id, key, n)
     WHERE m.tenant_id = $1 AND m.id = $2
"""


async def refresh_name_keys(member_id: UUID, name: str) -> None:
    """File an existing member under `name`, and under no other name.

    Call it wherever a member is made or a name changes.
    """
    keys = name_keys(member_id, name)
    await db.execute(_FORGET, member_id)
    await db.execute(_FILE, member_id, [ids.new_id() for _ in keys], list(keys))
