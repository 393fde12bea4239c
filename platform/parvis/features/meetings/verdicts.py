"""What the charter said of a request that holds one question, or several."""

import msgspec

from parvis.core.http import Req
from parvis.features.charter.verdict import Cause, Effect, Verdict, verdict_of

# A route on the way of a question to the company: whatever was decided of its author, it is open.
DELIVERY = {"delivery": "A question reaches the company whatever was decided of its author."}


def verdict_on(request: Req) -> Verdict:
    """Return the charter's verdict on the request."""
    found: Verdict = request.state.verdict
    return found


def verdicts_on(request: Req, many: int) -> tuple[Verdict, ...]:
    """Return the verdict on each of `many` questions sent at once.

    A cause names its field as `questions.2.title`; one that names none speaks of all of them.
    """
    whole = verdict_on(request)
    return tuple(verdict_of(_about(whole, number)) for number in range(many))


def _about(whole: Verdict, number: int) -> list[Cause]:
    prefix = f"questions.{number}."
    return [
        msgspec.structs.replace(cause, field=(cause.field or "").removeprefix(prefix) or None)
        for cause in whole.causes
        if cause.effect is not Effect.ALLOW and _concerns(cause, prefix)
    ]


def _concerns(cause: Cause, prefix: str) -> bool:
    field = cause.field
    return field is None or not field.startswith("questions.") or field.startswith(prefix)
