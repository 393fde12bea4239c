"""What the forms show: where one may write, what was written, and what is wrong with it."""

from collections.abc import Mapping
from typing import Any, Self

import msgspec

from parvis.core import i18n
from parvis.core.actor import Actor
from parvis.core.errors import Invalid
from parvis.features.communities.queries import OwnCommunity, own_communities
from parvis.features.contributions.queries import newest_words
from parvis.features.conversations import rules
from parvis.features.conversations.rules import Said


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A form's fields as they were sent, and a message for each that cannot be taken."""

    values: Mapping[str, str] = {}
    errors: Mapping[str, str] = {}

    @classmethod
    def of(cls, actor: Actor, values: Mapping[str, str] | None, error: Invalid | None) -> Self:
        """Return what to show again, its messages in the reader's language."""
        fields: Mapping[str, str] = error.fields if error else {}
        data: Mapping[str, Any] = error.data if error else {}
        said = {name: i18n.translate(actor.locale, text, **data) for name, text in fields.items()}
        return cls(values=values or {}, errors=said)

    def value(self, field: str) -> str:
        """Return what was sent as `field`."""
        return self.values.get(field, "")

    def error(self, field: str) -> str:
        """Return what is wrong with `field`."""
        return self.errors.get(field, "")


class ComposePage(msgspec.Struct, frozen=True, kw_only=True):
    """The form of a new post. `place` is the one of `communities` that it is for.

    None of both for who is in no community yet.
    """

    communities: tuple[OwnCommunity, ...]
    place: OwnCommunity | None
    may_announce: bool
    draft: Draft


class EditPage(msgspec.Struct, frozen=True, kw_only=True):
    """The form to change a post or a comment of one's own. `path` is where it is read."""

    has_title: bool
    path: str
    draft: Draft


async def compose_page(actor: Actor, slug: str | None, draft: Draft) -> ComposePage:
    """Return the form of a new post in one of the actor's communities, the first by default."""
    communities = await own_communities(actor)
    asked = (community for community in communities if community.slug == slug)
    return ComposePage(
        communities=communities,
        place=next(asked, communities[0] if communities else None),
        may_announce=rules.can_announce(actor),
        draft=draft,
    )


async def edit_page(actor: Actor, said: Said, draft: Draft | None = None) -> EditPage:
    """Return the form to change an accessed text: `draft`, or what its author last wrote."""
    rules.require_editable(actor, said)
    is_post = said.id == said.post_id
    return EditPage(
        has_title=is_post,
        path=f"/posts/{said.id}" if is_post else f"/comments/{said.id}",
        draft=draft or await _newest_words(said),
    )


async def _newest_words(said: Said) -> Draft:
    words = await newest_words(said.id)
    return Draft(values={"title": words.title, "body": words.body})
