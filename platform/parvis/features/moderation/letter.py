"""The text an author reads about a decision: composed per clause and language, then editable."""

from datetime import datetime

import msgspec

from parvis.core import formats
from parvis.core.i18n import N_, translate
from parvis.core.typography import NO_BREAK_SPACE, WORD_JOINER
from parvis.features.moderation.clauses import Clause
from parvis.features.moderation.tables import Action

# (action, whether readers saw the words until now) → per kind of contribution. Whole sentences,
# because French agrees with the noun.
_OUTCOMES: dict[tuple[Action, bool], dict[str, str]] = {
    (Action.RETURN, False): {
        "post": N_("Your post “{title}” was not published yet: we ask you to revise it."),
        "comment": N_("Your comment “{title}” was not published yet: we ask you to revise it."),
        "question": N_("Your question “{title}” is not visible yet: we ask you to revise it."),
        "profile": N_("Your profile, “{title}”, is not visible yet: we ask you to revise it."),
    },
    (Action.RETURN, True): {
        "post": N_("Your post “{title}” is no longer visible: we ask you to revise it."),
        "comment": N_("Your comment “{title}” is no longer visible: we ask you to revise it."),
        "question": N_("Your question “{title}” is no longer visible: we ask you to revise it."),
    },
    (Action.REFUSE, False): {
        "post": N_("Your post “{title}” was not published."),
        "comment": N_("Your comment “{title}” was not published."),
        "question": N_("Your question “{title}” was not published in the community."),
        "profile": N_("The change of your profile, “{title}”, was not published."),
    },
    (Action.REFUSE, True): {
        "post": N_("Your post “{title}” was taken down."),
        "comment": N_("Your comment “{title}” was taken down."),
        "question": N_("Your question “{title}” is no longer visible in the community."),
    },
    (Action.REDACT, False): {
        "post": N_("Your post “{title}” was published with passages masked."),
        "comment": N_("Your comment “{title}” was published with passages masked."),
        "question": N_("Your question “{title}” was published with passages masked."),
    },
}
_OUTCOMES[Action.REDACT, True] = _OUTCOMES[Action.REDACT, False]

_NEXT = {
    Action.RETURN: N_(
        "You will find it where you wrote it. Change it there and send it again: a moderator "
        "reads it before it appears."
    ),
    Action.REFUSE: N_("You may write it again without what this rule excludes."),
    Action.REDACT: N_("The rest of your words stands as you wrote it."),
}
_DELIVERY = N_(
    "This concerns what members see. The company has received your question, and its answer does "
    "not depend on this decision."
)
_FOUND = {
    "rule": N_("An automatic rule of the charter pointed it out; a moderator decided."),
    "report": N_("Members reported it; a moderator decided."),
    "both": N_("An automatic rule and members pointed it out; a moderator decided."),
    "nobody": N_("A moderator read it and decided; no automatic means were used."),
}
_REDRESS = N_(
    "You may contest this decision, free of charge, until {until}: on its page in this space, or "
    "by writing to {contact}. You may also turn to a certified out-of-court dispute settlement "
    "body, or to the courts."
)
_REDRESS_WITHOUT_ADDRESS = N_(
    "You may contest this decision, free of charge, until {until}, on its page in this space. You "
    "may also turn to a certified out-of-court dispute settlement body, or to the courts."
)


_UNTIL = N_("This decision holds until {until}, and ends then by itself.")


class Law(msgspec.Struct, frozen=True, kw_only=True):
    """A legal ground: the text of the law, and why it applies."""

    text: str
    why: str


Basis = Clause | Law


class Occasion(msgspec.Struct, frozen=True, kw_only=True):
    """What a letter is about. `locale` and `timezone` are the author's, not the moderator's."""

    author: str
    kind: str
    title: str
    was_live: bool
    by_rule: bool
    by_report: bool
    locale: str
    timezone: str
    contact: str
    redress_until: datetime

    @property
    def is_delivered_anyway(self) -> bool:
        """Whether the words are a question, which the company receives whatever members see."""
        return self.kind == "question"

    @property
    def found(self) -> str:
        """Who pointed the words out."""
        if self.by_rule and self.by_report:
            return "both"
        return "rule" if self.by_rule else "report" if self.by_report else "nobody"


def compose(
    occasion: Occasion,
    action: Action,
    basis: Basis,
    *,
    until: datetime | None = None,
    reason: str = "",
) -> str:
    """Return the letter of a restriction, paragraphs apart by an empty line.

    `reason` is the house's own wording, in place of what we would say of what comes next.
    """
    outcome = _OUTCOMES[action, occasion.was_live][occasion.kind]
    paragraphs = [
        say(occasion, N_("Hello {name},"), name=occasion.author),
        say(occasion, outcome, title=occasion.title),
        ground(occasion, basis),
        ends(occasion, until),
        reason or (say(occasion, _NEXT[action]) if until is None else ""),
        say(occasion, _DELIVERY) if occasion.is_delivered_anyway else "",
        say(occasion, _FOUND[occasion.found]),
        redress(occasion),
    ]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def facts(occasion: Occasion, basis: Basis) -> str:
    """Return the facts for the statement of reasons, which hold no word of the author's."""
    if isinstance(basis, Law):
        return say(occasion, N_("A moderator read the text; it falls under: {law}"), law=basis.text)
    about = {
        "rule": N_("An automatic rule of the clause “{title}” matched the text."),
        "report": N_("Members reported the text; it falls under the clause “{title}”."),
        "both": N_(
            "An automatic rule matched the text and members reported it; it falls under the "
            "clause “{title}”."
        ),
        "nobody": N_("A moderator read the text; it falls under the clause “{title}”."),
    }
    return say(occasion, about[occasion.found], title=basis.title_in(occasion.locale))


def ends(occasion: Occasion, until: datetime | None) -> str:
    """Return until when a restriction lasts; nothing where it has no end."""
    return say(occasion, _UNTIL, until=moment(occasion, until)) if until else ""


def redress(occasion: Occasion) -> str:
    """Return how, and until when, the author may contest."""
    until = moment(occasion, occasion.redress_until)
    if occasion.contact:
        return say(occasion, _REDRESS, until=until, contact=occasion.contact)
    return say(occasion, _REDRESS_WITHOUT_ADDRESS, until=until)


def automated_means(occasion: Occasion) -> str:
    """Return whether automatic means took part, in words."""
    return say(occasion, _FOUND[occasion.found])


def ground(occasion: Occasion, basis: Basis) -> str:
    """Return what a restriction rests on, as its reader is told."""
    if isinstance(basis, Law):
        return say(occasion, N_("Ground: the law, {law}. {why}"), law=basis.text, why=basis.why)
    return say(
        occasion,
        N_("Ground: rule {number} of the charter, {title}. {text}"),
        number=basis.number,
        title=basis.title_in(occasion.locale),
        text=basis.text_in(occasion.locale),
    )


def moment(occasion: Occasion, at: datetime) -> str:
    """Return a moment as the reader of the letter writes it."""
    return formats.date(at, "deadline", locale=occasion.locale, timezone=occasion.timezone)


def say(occasion: Occasion, msgid: str, **params: object) -> str:
    """Return a sentence in the language of whoever reads the letter."""
    return plain(translate(occasion.locale, msgid, **params))


def plain(said: str) -> str:
    """Return a text as it is kept: with plain spaces, for typography is for what is shown."""
    return said.replace(NO_BREAK_SPACE, " ").replace(WORD_JOINER, "")


def taken_back(*, name: str, title: str, locale: str) -> str:
    """Return what a person reads when a decision about them is taken back."""
    about = (
        translate(locale, N_("The decision about “{title}” has been taken back."), title=title)
        if title
        else translate(locale, N_("The decision about you has been taken back."))
    )
    paragraphs = (
        translate(locale, N_("Hello {name},"), name=name),
        about,
        translate(
            locale,
            N_("What it restricted is open again, and it no longer counts for anything later."),
        ),
    )
    return plain("\n\n".join(paragraphs))
