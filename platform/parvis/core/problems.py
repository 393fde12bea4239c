"""One renderer of errors: a page in the firm's clothes, a fragment for htmx, or problem JSON."""

import logging
from typing import Any

import msgspec
from litestar import Response
from litestar.exceptions import HTTPException, ValidationException

from parvis.core import db, http, i18n, templating
from parvis.core.actor import Actor
from parvis.core.errors import BY_STATUS, AppError, BadRequest, Invalid, Unavailable
from parvis.core.i18n import N_
from parvis.core.middleware import correlation_id, nonce
from parvis.core.tenancy import Tenant

log = logging.getLogger("parvis.errors")
JSON = "application/problem+json"
# PostgreSQL stores no NUL character, however deep in a JSON body it came.
UNSTORABLE = "22021"


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """RFC 9457 problem, the one shape of every error the API answers."""

    title: str
    status: int
    code: str
    correlation_id: str
    type: str = "about:blank"
    fields: dict[str, str] = {}
    data: dict[str, Any] = {}


def render_error(request: http.Req, raised: Exception) -> Response[Any]:
    """Answer any exception; what is not ours to explain is logged under the correlation id."""
    error = as_app_error(raised)
    locale = _locale(request)
    said = {k: i18n.translate(locale, v, **error.data) for k, v in error.fields.items()}
    problem = Problem(
        title=i18n.translate(locale, error.message, **error.data),
        status=error.status,
        code=error.code,
        correlation_id=correlation_id(request.scope),
        fields=said,
        data={k: v for k, v in error.data.items() if k.islower()},
    )
    if error.status >= 500:
        log.error(
            "%s %s: %s", error.status, request.scope["path"], type(raised).__name__,
            exc_info=raised if error.status == 500 else None,
            extra={"correlation_id": problem.correlation_id},
        )  # fmt: skip
    headers = _when_to_retry(error)
    if http.wants_json(request):
        return Response(
            msgspec.json.encode(problem), status_code=error.status, media_type=JSON,
            headers=headers,
        )  # fmt: skip
    return Response(
        _html(request, problem, locale), status_code=error.status, media_type=http.HTML,
        headers=headers,
    )  # fmt: skip


def _when_to_retry(error: AppError) -> dict[str, str]:
    seconds = error.data.get("retry_after", 5 if error.status == 503 else None)
    return {} if seconds is None else {"retry-after": str(seconds)}


def as_app_error(raised: Exception) -> AppError:
    """Return the AppError that tells what `raised` means to the caller."""
    if isinstance(raised, AppError):
        return raised
    if isinstance(raised, ValidationException):
        return _validation(raised)
    if isinstance(raised, HTTPException):
        kind = BY_STATUS.get(raised.status_code)
        return kind() if kind else _with_status(raised.status_code)
    if isinstance(raised, UnicodeDecodeError | RecursionError):
        # RecursionError: JSON nested deeper than any input of ours.
        return BadRequest()
    return _from_database(raised)


def _from_database(raised: Exception) -> AppError:
    if isinstance(raised, db.GONE):
        return Unavailable()
    if isinstance(raised, db.PostgresError) and raised.sqlstate == UNSTORABLE:
        return Invalid(N_("This text holds a character that cannot be stored."))
    return AppError()


def _validation(raised: ValidationException) -> AppError:
    """Litestar's own validation of path, query and JSON bodies, in our words."""
    extra = raised.extra if isinstance(raised.extra, list) else []
    fields: dict[str, str] = {}
    data: dict[str, Any] = {}
    for entry in extra:
        told = http.invalid(msgspec.ValidationError(f"{entry['message']} - at `$.{entry['key']}`"))
        fields |= told.fields
        data |= told.data
    return Invalid(fields=fields, **data) if fields else BadRequest()


def _with_status(status: int) -> AppError:
    error = AppError() if status >= 500 else BadRequest()
    error.status = status
    return error


def _locale(request: http.Req) -> str:
    actor: Actor | None = request.scope["state"].get("actor")
    if actor is not None:
        return actor.locale
    tenant: Tenant | None = request.scope["state"].get("tenant")
    return http.locale_hint(request, tenant.locales if tenant else ("en", "fr"))


def _html(request: http.Req, problem: Problem, locale: str) -> str:
    """The error page needs neither a database nor an actor: it must work when both are away."""
    tenant: Tenant | None = request.scope["state"].get("tenant")
    name = "_error.html" if http.is_htmx(request) else "error.html"
    return templating.render(
        theme=tenant.theme if tenant else templating.BASE_THEME,
        locale=locale,
        timezone=tenant.timezone if tenant else "UTC",
        name=name,
        context={
            "tenant": tenant,
            "actor": request.scope["state"].get("actor"),
            "path": request.scope["path"],
            "locale": locale,
            "nonce": nonce(request.scope),
            "csrf_token": "",
            "nav": [],
            "admin_nav": [],
            "mine_nav": [],
            "alternate_locales": [],
            "view": problem,
        },
    )
