"""One's own profile: the form, its JSON, and the photo."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, delete, get, patch, post, put
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, JSONBody
from litestar.response import Redirect, Stream

from parvis.core import db, http, i18n
from parvis.core.errors import AppError, Invalid, NotFound, TooLarge
from parvis.core.http import Req
from parvis.core.i18n import N_
from parvis.features.members import actions_photo, actions_profile, pictures, profile, rules
from parvis.features.members import queries_profile as queries
from parvis.features.members.profile import ProfileInput
from parvis.features.members.queries_profile import OwnProfile
from parvis.integrations.storage import storage

EDIT = {"act": "profile.edit"}
TAKE_BACK = {"act": "content.withdraw"}
UPLOAD = EDIT | {"transaction": "own"}
LESS = "To show less of oneself needs nobody's leave."
# The photo and the form around it; `pictures.MOST_BYTES` bounds the photo itself.
MOST_BODY = pictures.MOST_BYTES + 64 * 1024
# A picture has an address of its own: for a day the browser of who saw it need not ask again.
KEPT = "private, max-age=86400"


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A form as it was sent, and a message for each field that cannot be taken."""

    values: Mapping[str, Any] = {}
    errors: Mapping[str, str] = {}


@get("/me/profile", include_in_schema=False)
async def profile_form(request: Req) -> Response[Any]:
    """Show the form of one's own profile, with what one last wrote."""
    view = await queries.own_profile(http.actor_of(request))
    return http.page(request, "members/edit.html", view, draft=_draft_of(view))


@post("/me/profile", opt=EDIT, include_in_schema=False)
async def edit_profile_page(request: Req) -> Response[Any] | Redirect:
    """Keep the profile and show it, or show the form again with what is wrong."""
    actor, verdict = http.actor_of(request), request.state.verdict
    fields = await http.form_fields(request)
    try:
        given, verdict = profile.of_form(fields, verdict)
        await actions_profile.edit(actor, http.convert(given, ProfileInput), verdict)
    except Invalid as error:
        view = await queries.own_profile(actor)
        return _again(request, view, _typed(fields), error)
    return http.redirect("/me/profile")


@post("/me/profile/withdrawal", opt=TAKE_BACK, include_in_schema=False)
async def take_back_page(request: Req) -> Redirect:
    """Take back the words that wait."""
    await actions_profile.take_back(http.actor_of(request))
    return http.redirect("/me/profile")


@post("/me/photo", opt=UPLOAD, include_in_schema=False, request_max_body_size=MOST_BODY)
async def set_photo_page(request: Req) -> Response[Any] | Redirect:
    """Keep the photo and show the profile, or say what is wrong with the file."""
    actor = http.actor_of(request)
    try:
        form = await http.read_form(request)
        await actions_photo.set_photo(actor, await _content(form.get("photo")))
    except (Invalid, TooLarge) as error:
        async with db.transaction(actor.tenant.id):
            view = await queries.own_profile(actor)
        return _again(request, view, None, error)
    return http.redirect("/me/profile")


@post("/me/photo/removal", opt={"open": LESS}, include_in_schema=False)
async def remove_photo_page(request: Req) -> Redirect:
    """Show initials again."""
    await actions_photo.remove_photo(http.actor_of(request))
    return http.redirect("/me/profile")


@get("/people/{member_id:uuid}/photo", opt={"transaction": "own"}, include_in_schema=False)
async def photo(request: Req, member_id: FromPath[UUID]) -> Response[Any]:
    """Show a member's photo to whom their page is open."""
    actor = http.actor_of(request)
    async with db.transaction(actor.tenant.id):
        person = await rules.access_person(actor, member_id)
    if person.photo_key is None:
        raise NotFound
    found = await storage().open(actor.tenant.id, person.photo_key)
    # The type is ours, whatever the storage says: what is sent is a picture, and nothing else.
    headers = {"cache-control": KEPT, "content-length": str(found.size_bytes)}
    return Stream(found.chunks, media_type=pictures.MEDIA_TYPE, headers=headers)


@get("/api/v1/me/profile", operation_id="getMyProfile", tags=["me"])
async def get_profile(request: Req) -> OwnProfile:
    """Return your own profile, with words of it that others do not read (yet)."""
    return await queries.own_profile(http.actor_of(request))


@patch("/api/v1/me/profile", opt=EDIT, operation_id="editMyProfile", tags=["me"])
async def edit_profile(request: Req, data: JSONBody[ProfileInput]) -> OwnProfile:
    """Change your profile. `change` is `held` when a moderator reads the new words first."""
    actor = http.actor_of(request)
    await actions_profile.edit(actor, data, request.state.verdict)
    return await queries.own_profile(actor)


@delete(
    "/api/v1/me/profile/pending",
    opt=TAKE_BACK,
    operation_id="takeBackMyProfile",
    tags=["me"],
    status_code=204,
)
async def take_back(request: Req) -> None:
    """Take back the words of your profile that wait, came back or were refused."""
    await actions_profile.take_back(http.actor_of(request))


@put(
    "/api/v1/me/photo",
    opt=UPLOAD,
    operation_id="setMyPhoto",
    tags=["me"],
    request_max_body_size=MOST_BODY,
)
async def set_photo(
    request: Req, data: Annotated[UploadFile, Body(media_type=RequestEncodingType.MULTI_PART)]
) -> OwnProfile:
    """Keep a photo: JPEG, PNG or WebP, 5 MB at most. It is drawn anew as a square."""
    actor = http.actor_of(request)
    await actions_photo.set_photo(actor, await data.read())
    async with db.transaction(actor.tenant.id):
        return await queries.own_profile(actor)


@delete(
    "/api/v1/me/photo", opt={"open": LESS}, operation_id="removeMyPhoto", tags=["me"],
    status_code=204,
)  # fmt: skip
async def remove_photo(request: Req) -> None:
    """Show initials instead of a photo."""
    await actions_photo.remove_photo(http.actor_of(request))


async def _content(given: object) -> bytes:
    if not isinstance(given, UploadFile):
        raise Invalid(fields={"photo": N_("Please choose a photo in JPEG, PNG or WebP.")})
    return await given.read()


def _draft_of(view: OwnProfile) -> Draft:
    """Return the form with what its member last wrote."""
    words = view.pending or view.words
    values: dict[str, Any] = {"headline": words.headline, "topics": ", ".join(words.topics)}
    values |= {kind: value for kind, value in words.contacts.items()}  # noqa: C416 -- wider keys
    values |= {f"{kind}_visibility": seen for kind, seen in view.visibilities.items()}
    return Draft(values=values | {"in_directory": view.in_directory})


def _typed(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return a sent form as it was typed."""
    topics = fields.get("topics", "")
    text = ", ".join(topics) if isinstance(topics, list) else topics
    return {**fields, "topics": text, "in_directory": "in_directory" in fields}


def _again(
    request: Req, view: OwnProfile, values: Mapping[str, Any] | None, error: AppError
) -> Response[Any]:
    """Show the form again; a photo that is too large is a fault of its field."""
    said = error.fields or {"photo": error.message}
    locale = http.actor_of(request).locale
    draft = Draft(
        values=_draft_of(view).values if values is None else values,
        errors={k: i18n.translate(locale, text, **error.data) for k, text in said.items()},
    )
    return http.page(request, "members/edit.html", view, status=error.status, draft=draft)


HANDLERS = (
    profile_form, edit_profile_page, take_back_page, set_photo_page, remove_photo_page, photo,
    get_profile, edit_profile, take_back, set_photo, remove_photo,
)  # fmt: skip
