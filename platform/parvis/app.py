"""The composition root: the only module that knows every feature."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from litestar import Litestar, Request, Response, Router, get
from litestar.config.compression import CompressionConfig
from litestar.config.csrf import CSRFConfig
from litestar.exceptions import HTTPException
from litestar.middleware import DefineMiddleware
from litestar.openapi import OpenAPIConfig
from litestar.params import FromPath

from parvis import settings as settings_module
from parvis.core import (
    acts,
    addresses,
    bearer,
    crypto,
    db,
    events,
    health,
    http,
    navigation,
    problems,
    static,
    templating,
    theming,
)
from parvis.core.db import Database
from parvis.core.errors import NotFound
from parvis.core.feature import Feature
from parvis.core.middleware import TenantMiddleware, finish_headers
from parvis.core.openapi import ApiDocument
from parvis.core.tenancy import TenantDirectory
from parvis.features.admin.feature import FEATURE as ADMIN
from parvis.features.charter.feature import FEATURE as CHARTER
from parvis.features.charter.middleware import CharterMiddleware
from parvis.features.charter.refusals import RefusedProblem, RequiredProblem
from parvis.features.communities.feature import FEATURE as COMMUNITIES
from parvis.features.contributions.feature import FEATURE as CONTRIBUTIONS
from parvis.features.conversations.feature import FEATURE as CONVERSATIONS
from parvis.features.identity.feature import FEATURE as IDENTITY
from parvis.features.identity.middleware import ActorMiddleware
from parvis.features.identity.step_up_middleware import StepUpMiddleware, StepUpProblem
from parvis.features.journal.feature import FEATURE as JOURNAL
from parvis.features.journal.sealing import anchors
from parvis.features.meetings.feature import FEATURE as MEETINGS
from parvis.features.members.feature import FEATURE as MEMBERS
from parvis.features.moderation.feature import FEATURE as MODERATION
from parvis.features.notifications.feature import FEATURE as NOTIFICATIONS
from parvis.features.privacy.feature import FEATURE as PRIVACY
from parvis.features.provisioning.feature import FEATURE as PROVISIONING
from parvis.features.tenants.feature import FEATURE as TENANTS
from parvis.features.transparency.feature import FEATURE as TRANSPARENCY
from parvis.features.workshop.feature import FEATURE as WORKSHOP
from parvis.integrations import dns, login, mail, storage, timestamping
from parvis.settings import Settings

# Lower tiers first (architecture.md §1): a feature may use those before it.
FEATURES: Sequence[Feature] = (
    IDENTITY,
    TENANTS,
    MEMBERS,
    PROVISIONING,
    CHARTER,
    JOURNAL,
    PRIVACY,
    COMMUNITIES,
    CONTRIBUTIONS,
    CONVERSATIONS,
    MEETINGS,
    MODERATION,
    WORKSHOP,
    NOTIFICATIONS,
    TRANSPARENCY,
    ADMIN,
)


def create_app(settings: Settings) -> Litestar:
    """Return the application; raise UndeclaredRouteError when a route that writes names no act."""
    set_up(settings)
    database = Database(settings.database_url, settings)
    app = Litestar(
        route_handlers=[*_core_handlers(settings), *_feature_handlers()],
        middleware=[
            DefineMiddleware(TenantMiddleware),
            DefineMiddleware(bearer.FormTokens, config=_csrf()),
            DefineMiddleware(ActorMiddleware),
            DefineMiddleware(StepUpMiddleware),
            DefineMiddleware(CharterMiddleware),
        ],
        exception_handlers={Exception: problems.render_error, HTTPException: problems.render_error},
        before_send=[finish_headers],
        lifespan=[_lifespan(database)],
        openapi_config=_openapi(),
        compression_config=CompressionConfig(
            backend="gzip", gzip_compress_level=5, exclude_opt_key="compressed"
        ),
        request_max_body_size=settings.max_body_bytes,
        logging_config=None,
        debug=False,
    )
    app.state.settings = settings
    app.state.database = database
    app.state.directory = TenantDirectory(database)
    app.state.render_error = problems.render_error
    acts.refuse_undeclared(app.routes)
    return app


def set_up(settings: Settings) -> None:
    """Prepare what web, worker and commands share: keys, integrations, acts, subscriptions."""
    crypto.use(crypto.Keyring(settings.secret_key))
    storage.use(settings)
    mail.use(settings)
    dns.use(settings)
    addresses.use(settings)
    login.use(settings)
    timestamping.use(settings)
    anchors.use(settings)
    theming.use_folder(Path(settings.themes_dir))
    if settings.environment == "development":
        templating.refuse_none()
    for feature in FEATURES:
        acts.register(*feature.acts)
        for event, handler in feature.subscriptions:
            events.subscribe(event, handler)
    navigation.use(
        site=(feature.in_site for feature in FEATURES if feature.in_site),
        admin=(feature.in_admin for feature in FEATURES if feature.in_admin),
        mine=(feature.in_mine for feature in FEATURES if feature.in_mine),
    )


def from_environment() -> Litestar:
    """Return the application for the PARVIS_* variables: what the web server calls."""
    return create_app(settings_module.load())


def _lifespan(database: Database) -> Any:
    @contextlib.asynccontextmanager
    async def running(app: Litestar) -> AsyncIterator[None]:
        await database.start()
        db.use(database)
        app.state.directory.start()
        try:
            yield
        finally:
            await app.state.directory.stop()
            db.use(None)
            await database.stop()

    return running


def _csrf() -> CSRFConfig:
    return CSRFConfig(
        secret=crypto.keyring().signing_key("csrf"),
        cookie_name="__Host-csrf",
        header_name="x-csrf-token",
        cookie_secure=True,
        cookie_httponly=True,
        cookie_samesite="lax",
        exclude_from_csrf_key="csrf_exempt",
    )


def _openapi() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Parvis",
        version="1",
        description=(
            "Everything the pages show and do, as JSON. Errors are RFC 9457 problems. Members of a"
            " body that an operation does not name are ignored."
        ),
        openapi_router=Router(
            "/schema", route_handlers=[], opt={"public": True}, include_in_schema=False
        ),
        render_plugins=[
            ApiDocument(
                path="/openapi.json", denials=(RefusedProblem, RequiredProblem, StepUpProblem)
            )
        ],
        create_examples=False,
    )


def _feature_handlers() -> list[Any]:
    return [handler for feature in FEATURES for handler in feature.handlers]


def _core_handlers(settings: Settings) -> list[Any]:
    handlers: list[Any] = [static.immutable_file, health.alive, health.ready, anything_else]
    return [*handlers, gallery] if settings.environment != "production" else handlers


@get("/dev/gallery", opt={"public": True}, include_in_schema=False)
async def gallery(request: Request[Any, Any, Any]) -> Response[Any]:
    """Show every component in its states, in the tenant's theme."""
    return http.page(request, "gallery.html")


@get("/{rest:path}", opt={"public": True}, include_in_schema=False, name="anything_else")
async def anything_else(rest: FromPath[str]) -> None:  # noqa: ARG001 -- the name is in the path
    """Answer unknown addresses inside the tenant's house, so that their page wears its clothes."""
    raise NotFound
