"""The date printed in the notice of a meeting, against the one the law gives."""

import datetime as dt

import msgspec

from parvis.core.i18n import N_

STRICTER_THAN_LAW = N_(
    "The notice closes written questions before the law does. "
    "Questions are accepted until the later of the two dates."
)


class AcceptedUntil(msgspec.Struct, frozen=True):
    """What members are told and what is accepted. Both moments are exclusive, in UTC.

    `warning` is for the issuer: a message to translate, None when the notice is lawful.
    """

    announced: dt.datetime
    accept_until: dt.datetime
    warning: str | None


def reconcile(legal: dt.datetime, notice: dt.datetime | None) -> AcceptedUntil:
    """Return the notice's date as the one to announce, and the later of the two to accept until.

    Needs: exclusive moments; a notice that says "15 May, midnight" is end_of_day(15 May).
    """
    announced = notice or legal
    return AcceptedUntil(
        announced=announced,
        accept_until=max(legal, announced),
        warning=STRICTER_THAN_LAW if announced < legal else None,
    )
