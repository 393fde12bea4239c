"""The charter, kept where no member acts: what a directory says of people is judged too.

The middleware cannot read these words: a change of a title may come as `{"path": "title",
"value": …}`, as a whole record, or under a dotted key. So the act is judged here, on what would
be shown, whatever the request looked like (decision 0017).
"""

from collections.abc import Mapping

from parvis.core import clock
from parvis.core.tenancy import Tenant
from parvis.features.charter.calendar import calendar_of
from parvis.features.charter.in_force import in_force
from parvis.features.charter.judge import judge
from parvis.features.charter.verdict import ActText, Effect
from parvis.features.provisioning.refusals import CharterRefused

ACT = "member.provision"


async def require_allowed(tenant: Tenant, texts: Mapping[str, str | None]) -> None:
    """Raise CharterRefused when the charter would not show one of `texts` as it stands.

    `texts` are the new ones, by their names in the protocol. What would be held is refused as
    well: nobody here could tell its author why it waits. A membership's end carries no text, so
    no charter stands in its way.
    """
    written = {name: text for name, text in texts.items() if text}
    current = await in_force(tenant) if written else None
    if current is None:
        return
    act = ActText(act=ACT, fields=written)
    verdict = judge(act, current.charter, await calendar_of(tenant), clock.now())
    if verdict.effect.severity > Effect.MARK.severity:
        cause = verdict.causes[0]
        raise CharterRefused(
            cause.field or next(iter(written)),
            f"The charter of this space does not allow this text (clause {cause.clause}).",
        )
