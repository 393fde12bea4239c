"""What a member reads about a sanction: composed in their language, then editable."""

from datetime import datetime

from parvis.core.i18n import N_
from parvis.features.moderation import letter
from parvis.features.moderation.clauses import Clause
from parvis.features.moderation.letter import Occasion
from parvis.features.moderation.tables import SanctionKind

_SAID = {
    (SanctionKind.WARNING, False): N_(
        "This is a warning. It closes nothing to you; should the same happen again, your access "
        "may be restricted."
    ),
    (SanctionKind.WARNING, True): N_(
        "This is a warning about “{place}”. It closes nothing to you; should the same happen "
        "again, your access may be restricted."
    ),
    (SanctionKind.READ_ONLY, False): N_("Until {until}, you may read this space, not write in it."),
    (SanctionKind.READ_ONLY, True): N_("Until {until}, you may read “{place}”, not write in it."),
    (SanctionKind.SUSPENSION, False): N_("Until {until}, this space is closed to you."),
    (SanctionKind.SUSPENSION, True): N_("Until {until}, “{place}” is closed to you."),
}
_OPEN = N_(
    "The charter, your data, this decision and the means to contest it stay open to you, and so "
    "does the delivery of your questions to a general meeting."
)


def compose(
    occasion: Occasion,
    kind: SanctionKind,
    clause: Clause,
    *,
    facts: str,
    place: str | None,
    until: datetime | None,
) -> str:
    """Return the letter of a sanction, paragraphs apart by an empty line."""
    end = letter.moment(occasion, until) if until else ""
    said = letter.say(occasion, _SAID[kind, place is not None], place=place or "", until=end)
    paragraphs = (
        letter.say(occasion, N_("Hello {name},"), name=occasion.author),
        said,
        letter.say(occasion, N_("What it rests on: {facts}"), facts=facts) if facts else "",
        letter.ground(occasion, clause),
        letter.say(occasion, _OPEN) if kind is not SanctionKind.WARNING else "",
        letter.redress(occasion),
    )
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)
