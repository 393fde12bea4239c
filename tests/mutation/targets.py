"""Which modules are mutated, which tests have to notice, and what nobody can notice."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "platform"
# All in memory, each a few milliseconds.
FAST = (
    "idtoken_properties", "flow", "logout_token", "freshness", "pushed_requests", "keeping",
    "verified_names", "transport",
)  # fmt: skip


@dataclass(frozen=True)
class Target:
    """A module and its tests. `needs_database`: they speak HTTP to the whole application.

    Of such a module's dictionaries nothing is left out: what they hold is for the log.
    """

    module: str
    tests: tuple[str, ...] = FAST
    needs_database: bool = False

    @property
    def file(self) -> Path:
        return SOURCES / Path(*self.module.split(".")).with_suffix(".py")

    @property
    def nearest(self) -> list[str]:
        return _files(self.tests)

    @property
    def others(self) -> list[str]:
        rest = () if self.needs_database else FAST
        return _files(tuple(name for name in rest if name not in self.tests))


def _files(names: tuple[str, ...]) -> list[str]:
    return [str(ROOT / "tests" / "identity" / f"test_{name}.py") for name in names]


LOGIN = "parvis.integrations.login"
ATTEMPTS = "parvis.features.identity.attempts"
TARGETS = (
    Target(f"{LOGIN}.tokens", ("flow", "logout_token", "idtoken_properties")),
    Target(f"{LOGIN}.idtoken", ("flow", "idtoken_properties", "freshness")),
    Target(f"{LOGIN}.logouttoken", ("logout_token",)),
    Target(f"{LOGIN}.freshness", ("freshness",)),
    Target(f"{LOGIN}.callback", ("flow", "pushed_requests")),
    Target(f"{LOGIN}.config", ("pushed_requests", "flow")),
    Target(f"{LOGIN}.clientauth", ("pushed_requests",)),
    Target(f"{LOGIN}.asking", ("pushed_requests", "freshness", "verified_names")),
    Target(f"{LOGIN}.exchange", ("flow",)),
    Target(f"{LOGIN}.discovery", ("flow", "keeping", "pushed_requests")),
    Target(f"{LOGIN}.jwks", ("flow", "keeping")),
    Target(f"{LOGIN}.keeping", ("keeping", "flow")),
    Target(f"{LOGIN}.userinfo", ("flow",)),
    Target(f"{LOGIN}.verified", ("verified_names",)),
    Target(f"{LOGIN}.transport", ("transport", "flow")),
    Target(f"{LOGIN}.flow", ("flow", "pushed_requests", "freshness", "logout_token")),
    Target(
        "parvis.features.identity.attempts", ("attempts", "sign_in", "step_up"), needs_database=True
    ),
    Target("parvis.features.identity.backchannel", ("backchannel",), needs_database=True),
)

# Mutants that behave as the original does, each with the reason why no test can tell.
_KNOWN = "this Python refuses these addresses by itself; others have not, and may not"
_INSTANT = "two readings of a running clock are never the same instant"
_USUAL = "what the library does unasked, today"
EQUIVALENT: dict[tuple[str, str], str] = {
    (f"{LOGIN}.transport", "not among: '64:ff9b::/96'"): _KNOWN,
    (f"{LOGIN}.transport", "not among: '64:ff9b:1::/48'"): _KNOWN,
    (f"{LOGIN}.transport", "not among: '2001::/32'"): _KNOWN,
    (f"{LOGIN}.transport", "not among: '::/96'"): _KNOWN,
    (f"{LOGIN}.keeping", "limit moved: now - entry.fetched_at >= STALE (0)"): _INSTANT,
    (f"{LOGIN}.keeping", "limit moved: now - entry.fetched_at < young (0)"): _INSTANT,
    (f"{LOGIN}.keeping", "limit moved: now - entry.tried_at < self._cool_down (0)"): _INSTANT,
    (ATTEMPTS, "without: known"): "no text at all is no token either",
    (ATTEMPTS, "limit moved: row['expires_at'] <= clock.now() (0)"): _INSTANT,
    (f"{LOGIN}.flow", "left out: 'follow_redirects'"): _USUAL,
    (f"{LOGIN}.flow", "left out: 'timeout'"): _USUAL,
    (f"{LOGIN}.flow", "left out: 'trust_env'"): "with a transport given, it asks for no proxy",
    (f"{LOGIN}.transport", "turned: trust_env=False"): "one guards a pool that is replaced at once",
}
