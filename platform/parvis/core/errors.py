"""Errors a person or a program can act on: a status, a stable code, a translatable message."""

from typing import Any

from parvis.core.i18n import N_


class AppError(Exception):
    """Something the caller should know. Subclasses fix the status and the code.

    `message` is an English msgid with `{name}` placeholders filled from `data`;
    `fields` maps an input field to the message about it.
    """

    status = 500
    code = "internal"
    default = N_("Something went wrong on our side. Nothing was saved.")

    def __init__(
        self, message: str | None = None, *, fields: dict[str, str] | None = None, **data: Any
    ) -> None:
        self.message = message or self.default
        self.fields = fields or {}
        self.data = data
        super().__init__(self.message)


class Invalid(AppError):
    status, code = 422, "invalid"
    default = N_("Please check the fields marked below.")


class BadRequest(AppError):
    status, code = 400, "bad_request"
    default = N_("This request cannot be read.")


class Unauthenticated(AppError):
    status, code = 401, "sign_in_required"
    default = N_("Please sign in to continue.")


class Denied(AppError):
    status, code = 403, "denied"
    default = N_("You are not allowed to do this here.")


class NotFound(AppError):
    status, code = 404, "not_found"
    default = N_("This page does not exist, or is not open to you.")


class MethodNotAllowed(AppError):
    status, code = 405, "method_not_allowed"
    default = N_("This address does not accept that request.")


class Conflict(AppError):
    status, code = 409, "conflict"
    default = N_("Someone changed this in the meantime.")


class TooLarge(AppError):
    status, code = 413, "too_large"
    default = N_("What you sent is too large.")


class UnsupportedMedia(AppError):
    status, code = 415, "unsupported_media"
    default = N_("This kind of content is not accepted here.")


class TooManyRequests(AppError):
    status, code = 429, "too_many_requests"
    default = N_("Too many requests. Please wait a moment.")


class Unavailable(AppError):
    status, code = 503, "unavailable"
    default = N_("The service is not available right now. Please try again in a moment.")


class MisbehavingUpstream(AppError):
    status, code = 502, "upstream"
    default = N_("A service we depend on did not answer as it should.")


BY_STATUS: dict[int, type[AppError]] = {
    kind.status: kind
    for kind in (
        BadRequest, Unauthenticated, Denied, NotFound, MethodNotAllowed, Conflict, TooLarge,
        UnsupportedMedia, Invalid, TooManyRequests, Unavailable, MisbehavingUpstream,
    )
}  # fmt: skip
