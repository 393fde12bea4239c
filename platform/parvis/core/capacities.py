"""In which capacity people take part, and the one line of words that says it below their name."""

from parvis.core import i18n
from parvis.core.i18n import N_

CAPACITIES = {
    "adviser": N_("Adviser"),
    "client": N_("Client"),
    "director": N_("Director"),
    "distributor": N_("Distributor"),
    "employee": N_("Employee"),
    "shareholder": N_("Shareholder"),
}
# What is no person takes part as this: nobody is given it, and no charter speaks of it.
PROGRAM = "program"
_NAMES = CAPACITIES | {PROGRAM: N_("Program")}


def worded_label(label: str | None, firm: str | None, register_number: str | None) -> str | None:
    """Return a member's own words for their capacity with firm and register number after them.

    “Wealth adviser, Cabinet Virlay (ORIAS 12 345 678)”. Without own words the line begins with
    what follows the capacity's name, and `role` puts that name before it in the reader's
    language. This is what a revision keeps for ever.
    """
    words = label or ""
    if firm and firm.casefold() not in words.casefold():
        words += f", {firm}"
    if register_number and register_number not in words:
        words += f" ({register_number})"
    return words or None


def role(capacity: str, label: str | None, locale: str) -> str:
    """Return the line below a name: the firm's own wording, else the capacity's name.

    `label` is what `worded_label` made of a member, now or when they wrote.
    """
    if label and not label.startswith((",", " ")):
        return label
    return i18n.translate(locale, _NAMES[capacity]) + (label or "")
