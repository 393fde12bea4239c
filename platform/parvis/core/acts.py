"""Acts: what a member tries to do, named once, declared by each route, judged by the charter."""

from typing import Any

import msgspec


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of thing people do. `texts` are the input fields the charter reads."""

    name: str
    summary: str
    texts: tuple[str, ...] = ()


class UndeclaredRouteError(RuntimeError):
    """A route that changes something names neither an act nor why it is open: do not start."""


ACTS: dict[str, Act] = {}


def register(*acts: Act) -> None:
    """Add `acts` to the registry; the same name twice must be the same act."""
    for act in acts:
        if ACTS.setdefault(act.name, act) != act:
            raise ValueError(f"act {act.name} is registered twice with different meanings")


register(Act(name="read", summary="Read pages that only members see."))

SAFE = {"GET", "HEAD", "OPTIONS"}
# What a mounted application takes, or a socket.
EVERY = {"*"}


def refuse_undeclared(routes: Any) -> None:
    """Raise UndeclaredRouteError for the first route that writes without a declared act.

    One that is no HTTP route says what judges it besides.
    """
    for route in routes:
        for handler in _handlers(route):
            methods = set(getattr(handler, "http_methods", EVERY))
            if methods <= SAFE:
                continue
            act, reason = handler.opt.get("act"), handler.opt.get("open")
            if methods == EVERY and not handler.opt.get("judged_by"):
                raise UndeclaredRouteError(
                    f"{route.path} is a socket or a mounted application: the charter's middleware "
                    'does not hear what is said there; name what judges it: opt={"judged_by": …}'
                )
            if act is None and not reason:
                raise UndeclaredRouteError(
                    f"{sorted(methods)} {route.path} declares neither "
                    'opt={"act": …} nor opt={"open": "reason"}'
                )
            if act is not None and act not in ACTS:
                raise UndeclaredRouteError(f"{route.path} names the unknown act {act}")


def _handlers(route: Any) -> tuple[Any, ...]:
    return tuple(getattr(route, "route_handlers", None) or (route.route_handler,))
