"""Facts go into a public database one day: they name nobody, by address, number or name."""

from parvis.core.errors import Invalid
from parvis.core.i18n import N_
from parvis.features.charter.folding import fold, fold_words
from parvis.features.charter.kinds.personal_data import personal_data

_FOUND = {
    "email": N_("The facts hold an e-mail address. Leave it out: facts name nobody."),
    "phone": N_("The facts hold a telephone number. Leave it out: facts name nobody."),
    "iban": N_("The facts hold an account number. Leave it out: facts name nobody."),
    "card": N_("The facts hold a card number. Leave it out: facts name nobody."),
    "nir": N_("The facts hold a social security number. Leave it out: facts name nobody."),
}
_NAMED = N_("The facts name the person concerned. Say “the author” or “the member” instead.")


def require_none(facts: str | None, *, names: tuple[str, ...] = ()) -> None:
    """Raise Invalid at `facts` when they hold personal data, or one of `names` in full."""
    if not facts:
        return
    for datum, _span in personal_data(fold(facts)):
        raise Invalid(fields={"facts": _FOUND[datum]})
    said = fold_words(facts)
    if any(name.strip() and fold_words(name) in said for name in names):
        raise Invalid(fields={"facts": _NAMED})
