"""What readers of the journal are told of its seal."""

from parvis.core import i18n
from parvis.core.i18n import N_

KIND = "journal_alarm"
SUBJECT = "journal"
PATH = "/admin/journal"
_BROKEN = N_("The journal did not pass its daily verification: it is no longer what was sealed.")


def headline(locale: str) -> str:
    """Return the one sentence of an alarm."""
    return i18n.translate(locale, _BROKEN)
