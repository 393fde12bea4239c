"""Why a directory was refused, in the words of whoever has to set its provider right."""

from parvis.core import i18n
from parvis.core.i18n import N_

_TOLD = {
    "token": N_(
        "The token is missing, wrong, expired or revoked, or its connection is shut. Make a new"
        " one and enter it at the provider."
    ),
    "uniqueness": N_("Another user of this directory has the same user name or external id."),
    "invalidValue": N_("A value is missing, or is not of the kind that is expected."),
    "invalid_value": N_("This cannot be shown to members as it stands: correct it at its source."),
    "charter_refused": N_("The charter does not allow these words in a name or a title."),
    "last_administrator": N_("Nobody could have administered the space any more."),
    "invalidFilter": N_("The provider searched in a way that is not offered."),
    "invalidPath": N_("The provider changed something that does not exist."),
    "noTarget": N_("The provider changed an entry that is not there."),
    "invalidSyntax": N_("The request could not be read."),
    "mutability": N_("The provider changed something that it may only read."),
    "NotFound": N_("What was to be changed does not exist, or was deleted."),
    "PreconditionFailed": N_("Somebody else had changed it in the meantime."),
    "UnsupportedMediaType": N_("The request was not sent as JSON."),
    "NotImplemented": N_("The provider asked for something that is not offered."),
    "MethodNotAllowed": N_("The provider asked for something that is not offered."),
}


def told(reason: str, locale: str) -> str:
    """Return the reason in the reader's language; "" for one that has no words."""
    return i18n.translate(locale, _TOLD[reason]) if reason in _TOLD else ""
