"""What a notice may say something is: the categories of the Commission's database, as they are."""

from parvis.core.i18n import N_

PREFIX = "STATEMENT_CATEGORY_"
NOT_SPECIFIED = "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE"
# Who speaks of this need not say who they are (art. 16(2)(c)). A keyword of the category below.
CHILD_ABUSE = "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL"
MINORS = "STATEMENT_CATEGORY_PROTECTION_OF_MINORS"

LABELS: dict[str, str] = {
    CHILD_ABUSE: N_("Sexual abuse of children"),
    MINORS: N_("Protection of minors, otherwise"),
    "STATEMENT_CATEGORY_SCAMS_AND_FRAUD": N_("Scams and fraud"),
    "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH": N_("Defamation, insult, hate speech"),
    "STATEMENT_CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS": N_("Privacy and personal data"),
    "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS": N_(
        "Copyright, trademarks, trade secrets"
    ),
    "STATEMENT_CATEGORY_CYBER_VIOLENCE": N_("Harassment and threats online"),
    "STATEMENT_CATEGORY_CYBER_VIOLENCE_AGAINST_WOMEN": N_(
        "Harassment and threats online against women"
    ),
    "STATEMENT_CATEGORY_CONSUMER_INFORMATION": N_("Information owed to consumers"),
    "STATEMENT_CATEGORY_UNSAFE_AND_PROHIBITED_PRODUCTS": N_("Unsafe or prohibited products"),
    "STATEMENT_CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS": N_(
        "Elections and public debate"
    ),
    "STATEMENT_CATEGORY_RISK_FOR_PUBLIC_SECURITY": N_("Public security, terrorism"),
    "STATEMENT_CATEGORY_VIOLENCE": N_("Violence"),
    "STATEMENT_CATEGORY_SELF_HARM": N_("Suicide and self-harm"),
    "STATEMENT_CATEGORY_ANIMAL_WELFARE": N_("Animal welfare"),
    NOT_SPECIFIED: N_("Something else"),
}
# Of the charter alone: nobody needs a law for it, so no notice names it.
OTHER_VIOLATION = "STATEMENT_CATEGORY_OTHER_VIOLATION_TC"


def stored(choice: str) -> tuple[str, str | None]:
    """Return the category and the keyword that a choice stands for."""
    return (MINORS, CHILD_ABUSE) if choice == CHILD_ABUSE else (choice, None)


def choice_of(category: str, keyword: str | None) -> str:
    """Return the choice that a stored category and keyword came from."""
    return keyword if keyword in LABELS else category


def needs_notifier(choice: str) -> bool:
    """Whether a notice of this kind must say who sends it."""
    return choice != CHILD_ABUSE
