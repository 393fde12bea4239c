"""What is wrong with a charter's text, in the reader's language.

The checks of files speak English, as the commands do. Here their sentences are known again and
said in another language; one that is not known stays English rather than unsaid.
"""

import re
from functools import lru_cache

from parvis.core.i18n import N_, SOURCE_LOCALE, translate

_WHERE = re.compile(
    r'clause "(?P<clause>[^"]*)"(?:, rule "(?P<rule>[^"]*)")?: (?P<rest>.*)', re.DOTALL
)
_HINT = re.compile(r'(?P<said>.*); did you mean "(?P<near>[^"]*)"\?', re.DOTALL)

SENTENCES = (
    N_('a rule of clause "{clause}" needs the key "kind"'),
    N_('"{key}" is not a key of {table}'),
    N_('{table} needs the key "{key}"'),
    N_("{table} must be a table"),
    N_('{key}: "{value}" is none of {choice}'),
    N_("{key}: object missing required field {field}"),
    N_("{key}: expected {expected}, got {got}"),
    N_("{key}: expected {expected} of length <= {most}"),
    N_("{key}: expected {expected} of length >= {least}"),
    N_("{key}: expected {expected} matching regex {pattern}"),
    N_('"{kind}" is no kind of rule'),
    N_('the clause id "{id}" is used twice'),
    N_("a number in it is too long"),
    N_("its tables are nested too deeply"),
    N_("the id is used twice; give each rule of a kind its own"),
    N_('rules of kind "{kind}" belong in the charter of the firm'),
    N_('"{key}" has no text in "{language}"'),
    N_('"{language}" is not one of this charter\'s locales'),
    N_('"{value}" in "{key}" is not known'),
    N_(
        'the window "{second}" overlaps with "{first}", which does the same: end one before the '
        "other begins"
    ),
    N_('there is no rule "{name}" to switch'),
    N_('"{name}" is of kind "{kind}", which no window switches'),
    N_('"{name}" cannot be turned on and off by one window'),
    N_('the calendar has no event "{event}"'),
    N_('the window "{name}" closes before it opens'),
    N_('"{value}" is no moment; {how}'),
    N_('a window needs "mode", "turns_on" or "turns_off": what does it change?'),
    N_('mode "open" needs "acts": which acts are possible only then?'),
    N_('an attachments rule needs "types", "max_mb" or "max_files"'),
    N_("where no file may come, no type and no size can be allowed"),
    N_('"{name}" is no type that can be told from bytes'),
    N_('an instruments rule needs "tickers" when it does not look for an ISIN'),
    N_('"{ticker}" is too short: it would be found everywhere'),
    N_('with "alone" no wording is looked for'),
    N_('"{language}" is no language: write "fr", "en", … or "any"'),
    N_('"{term}" holds no letter or digit: it would never be found'),
    N_('"{term}" is more than one word: it belongs under "phrases"'),
    N_('a links rule needs one of "none", "allow", "refuse", or "first_without"'),
    N_("how much somebody reads is not counted"),
    N_('a pace rule needs "most" and "per", or "every" alone'),
    N_('"{value}" is no period: {how}'),
    N_('a permit rule needs "people" or "except_people": whom does it permit?'),
    N_("a personal_data rule needs an effect for one of {choice}"),
    N_('mode "first_n" and the key "first" go together'),
    N_('mode "selective" and the key "signs" go together'),
    N_('a retention rule needs "keep", with one of {choice}'),
    N_('a retention rule is about what is kept: it takes no "{key}"'),
    N_('"{name}" is no class of what is kept'),
    N_('"{value}" is no period to keep something: {how}'),
    N_('a terms rule needs "words", "phrases" or "patterns"'),
    N_('invalid regular expression "{pattern}" at character {place}: {reason}'),
    N_('invalid regular expression "{pattern}": {reason}'),
    N_('the regular expression "{pattern}" matches the empty text: it would match always'),
)
_IN_CLAUSE = N_("Clause “{clause}”: {said}")
_IN_RULE = N_("Clause “{clause}”, rule “{rule}”: {said}")
_NEAR = N_("{said}; did you mean “{near}”?")


def told(message: str, locale: str) -> str:
    """Return a complaint about a line in the reader's language."""
    if locale == SOURCE_LOCALE:
        return message[:1].upper() + message[1:]
    where = _WHERE.fullmatch(message)
    if where is None:
        said = _hinted(message, locale)
        return said[:1].upper() + said[1:]
    frame = _IN_RULE if where["rule"] is not None else _IN_CLAUSE
    said = _hinted(where["rest"], locale)
    return translate(locale, frame, clause=where["clause"], rule=where["rule"] or "", said=said)


def _hinted(message: str, locale: str) -> str:
    hint = _HINT.fullmatch(message)
    if hint is None:
        return _said(message, locale)
    return translate(locale, _NEAR, said=_said(hint["said"], locale), near=hint["near"])


def _said(message: str, locale: str) -> str:
    for sentence, pattern in _patterns():
        if found := pattern.fullmatch(message):
            return translate(locale, sentence, **found.groupdict())
    return message


@lru_cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((sentence, _pattern(sentence)) for sentence in SENTENCES)


def _pattern(sentence: str) -> re.Pattern[str]:
    """Return the expression that knows a sentence again, with what stands at its placeholders."""
    parts = re.split(r"\{(\w+)\}", sentence)
    named = (f"(?P<{part}>.*?)" if n % 2 else re.escape(part) for n, part in enumerate(parts))
    return re.compile("".join(named), re.DOTALL)
