"""Imports run one way: app, cli → features → integrations → core."""

from collections.abc import Iterator

import pytest

from tests.architecture.imports import Import, imports, imports_in

LAYERS = ("core", "integrations", "features", "seeds", "demo", "app")
TIERS = (
    {"identity", "tenants"},
    {"charter", "journal"},
    {"members"},
    {"communities", "provisioning", "privacy"},
    {"contributions"},
    {"conversations", "meetings", "documents"},
    {
        "moderation",
        "recommendations",
        "notifications",
        "search",
        "insights",
        "billing",
        "workshop",
    },
    {"admin", "transparency"},
)
# Tenants as files describe what higher features keep: the one feature that reaches up, for it is
# the operator's tool and no request ever runs it.
REACHES_UP = {"tenants"}
PARTS = ("tables", "rules", "queries", "actions", "routes")
FENCED = {
    "boto3": "integrations", "botocore": "integrations", "authlib": "integrations",
    "httpx2": "integrations", "httpcore2": "integrations", "stripe": "integrations",
    "aiosmtplib": "integrations", "asyncpg": "core", "dns": "integrations",
    "scim2_server": "features.provisioning.scim", "scim2_models": "features.provisioning.scim",
}  # fmt: skip


def layer(module: str) -> int:
    """Return how high a module stands; app, cli and server see everything."""
    part = module.split(".")[1] if "." in module else "app"
    if part == "settings":
        return 0
    return LAYERS.index(part) if part in LAYERS else LAYERS.index("app")


def feature(module: str) -> str | None:
    """Return the feature a module belongs to."""
    parts = module.split(".")
    return parts[2] if parts[:2] == ["parvis", "features"] and len(parts) > 2 else None


def tier(name: str) -> int:
    """Return the tier of a feature; an unlisted feature must be given one."""
    return next(n for n, names in enumerate(TIERS) if name in names)


def part_of(module: str) -> str | None:
    """Return which of the feature's five parts a module is, at whatever depth.

    `routes_admin` counts as routes, `emergency.rules` as rules, `routes.tokens` as routes.
    """
    inside = module.split(".")[3:]
    return next((p for name in inside for p in PARTS if name.startswith(p)), None)


def layer_faults(found: Iterator[Import]) -> list[str]:
    ours = (i for i in found if i.target.startswith("parvis."))
    return [str(i) for i in ours if layer(i.target) > layer(i.importer)]


def tier_faults(found: Iterator[Import]) -> list[str]:
    faults = []
    for i in found:
        here, there = feature(i.importer), feature(i.target)
        if here is None or there is None or here == there or here in REACHES_UP:
            continue
        if tier(there) >= tier(here):
            faults.append(str(i))
    return faults


def route_faults(found: Iterator[Import]) -> list[str]:
    return [
        str(i)
        for i in found
        if part_of(i.target) == "routes" and feature(i.importer) not in (None, feature(i.target))
    ]


def part_faults(found: Iterator[Import]) -> list[str]:
    faults = []
    for i in found:
        here, there = part_of(i.importer), part_of(i.target)
        inside = feature(i.importer) is not None and feature(i.importer) == feature(i.target)
        if inside and here and there and PARTS.index(there) > PARTS.index(here):
            faults.append(str(i))
    return faults


def fence_faults(found: Iterator[Import]) -> list[str]:
    return [
        str(i)
        for i in found
        if (home := FENCED.get(i.target.split(".")[0]))
        and not i.importer.startswith((f"parvis.{home}", "parvis.demo"))
    ]


RULES = [
    (layer_faults, "parvis.core.x", "from parvis.features.charter import judge"),
    (tier_faults, "parvis.features.charter.x", "from parvis.features.meetings import queries"),
    (route_faults, "parvis.features.moderation.x", "from parvis.features.meetings.routes import a"),
    (part_faults, "parvis.features.meetings.rules", "from parvis.features.meetings import actions"),
    (
        part_faults,
        "parvis.features.identity.tokens.rules",
        "from parvis.features.identity import actions",
    ),
    (fence_faults, "parvis.features.meetings.actions", "import boto3"),
]


@pytest.mark.parametrize("rule", [rule for rule, _, _ in RULES])
def test_imports_run_one_way(rule) -> None:
    assert rule(imports()) == []


@pytest.mark.parametrize(("rule", "importer", "bad"), RULES)
def test_the_rule_catches_a_bad_import(rule, importer, bad) -> None:
    assert rule(imports_in(importer, bad)) != []
