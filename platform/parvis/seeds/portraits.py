"""What people say of themselves, and whom they follow."""

from functools import partial

from parvis.features.charter.in_force import in_force
from parvis.features.charter.rules import verdict_on
from parvis.features.charter.verdict import Effect
from parvis.features.members import actions_follow, actions_profile
from parvis.features.members.profile import ProfileInput
from parvis.seeds.cast import Cast, SeedError
from parvis.seeds.content import Portrait
from parvis.seeds.timeline import Timeline

ACT = "profile.edit"
# By then everybody is in; what was published before is not told to those who follow since.
DAYS_AGO = 1.5


class Portraits:
    """The profiles of one tenant's people."""

    def __init__(self, cast: Cast, timeline: Timeline) -> None:
        self._cast = cast
        self._timeline = timeline

    def plan(self, portraits: tuple[Portrait, ...]) -> None:
        for portrait in portraits:
            self._timeline.plan(self._timeline.ago(DAYS_AGO), partial(self._draw, portrait))

    async def _draw(self, portrait: Portrait) -> None:
        actor = self._cast.actor(portrait.of)
        given = ProfileInput(
            headline=portrait.headline,
            topics=portrait.topics,
            email=portrait.email,
            website=portrait.website,
            office=portrait.office,
        )
        current = await in_force(actor.tenant)
        if current is None:
            raise SeedError(f"{actor.tenant.slug}: its charter was not in force yet")
        verdict = verdict_on(
            actor, current, ACT, fields=_texts(portrait), place=frozenset({"profile"})
        )
        if verdict.effect is not Effect.ALLOW:
            clauses = ", ".join(cause.clause for cause in verdict.causes)
            raise SeedError(f"{actor.tenant.slug}: {clauses} objects to “{portrait.headline}”")
        await actions_profile.edit(actor, given, verdict)
        for key in portrait.follows:
            await actions_follow.follow(actor, self._cast.actor(key).require_member())


def _texts(portrait: Portrait) -> dict[str, str]:
    """Return what the charter judges, by field."""
    named = ("headline", "email", "website", "office")
    texts = {name: getattr(portrait, name) for name in named}
    return texts | {f"topics.{n}": topic for n, topic in enumerate(portrait.topics)}
