"""Checks that need several keys at once.

They read plain data that may still be wrong in other ways, so that a user sees every problem at once. What
has the wrong shape is skipped here and reported by the models.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from snapkeep.domain.retention.deletion.locks import MOST_LOCKED_DAYS
from snapkeep.domain.retention.rules import parse_duration
from snapkeep.domain.retention.words import length
from snapkeep_cli.config import regions
from snapkeep_cli.config.archive import check_archive
from snapkeep_cli.config.copy_checks import check_borrow, check_copies, check_places
from snapkeep_cli.config.errors import Location, Problem, did_you_mean
from snapkeep_cli.config.file_systems import check_file_systems
from snapkeep_cli.config.models import Config
from snapkeep_cli.config.objects import check_custom_kinds
from snapkeep_cli.config.proof_checks import check_expected, check_keys
from snapkeep_cli.config.secrets_checks import check_secrets
from snapkeep_cli.config.selection import contradiction, merged


def check(data: object) -> Iterator[Problem]:
    """The problems that need a view of the whole document."""
    document = _mapping(data)
    clusters = [_mapping(item) for item in _list(document.get("clusters"))]
    policies = [_mapping(item) for item in _list(document.get("policies"))]
    defaults = _mapping(document.get("defaults"))
    names = list(dict.fromkeys(str(cluster["name"]) for cluster in clusters if "name" in cluster))
    yield from _twice("clusters", clusters)
    yield from regions.several(clusters)
    yield from _key_elsewhere(_mapping(document.get("deployment")), clusters)
    yield from _twice("policies", policies)
    yield from _unknown_clusters(("defaults", "clusters"), defaults, names)
    interruption = _mapping(document.get("interruption"))
    yield from _verifies_nothing(interruption)
    for index, rule in enumerate(map(_mapping, _list(interruption.get("rules")))):
        yield from _unknown_clusters(("interruption", "rules", index, "clusters"), rule, names)
    for index, item in enumerate(map(_mapping, _list(document.get("accept")))):
        yield from _unknown_clusters(("accept", index, "clusters"), item, names)
    vpc = _mapping(_mapping(document.get("deployment")).get("vpc"))
    yield from _unknown_endpoints(_mapping(vpc.get("cluster_security_groups")), names)
    places = _mapping(document.get("places"))
    yield from check_places(places, clusters)
    yield from check_borrow(document, clusters)
    yield from check_keys(document, clusters)
    yield from check_custom_kinds(document, policies, defaults)
    yield from check_secrets(document, clusters, policies, defaults)
    for index, policy in enumerate(policies):
        if not policy:
            continue
        here = ("policies", index)
        yield from _unknown_clusters((*here, "clusters"), policy, names)
        yield from _required(here, policy, defaults)
        yield from _meaningless(here, policy, defaults)
        yield from _locked_past_max_age(here, policy, defaults)
        yield from check_copies(here, policy, places)
        yield from check_expected(here, policy, checks="checks" in document)
        yield from check_archive(here, policy, defaults)
        yield from check_file_systems(here, policy, defaults)


def _twice(key: str, items: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    names = [item.get("name") for item in items]
    for index, name in enumerate(names):
        first = names.index(name)
        elsewhere = items[first].get("region") != items[index].get("region")
        if name is not None and first < index and not elsewhere:
            yield Problem((key, index, "name"), f"{name!r} is also the name of {key}[{first}]; rename one")


def _key_elsewhere(options: Mapping[str, Any], clusters: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    """A KMS key works in its own Region only.
    https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html
    """
    parts, region = str(options.get("kms_key")).split(":"), clusters[0].get("region") if clusters else None
    if len(parts) > 3 and region in regions.KNOWN and parts[3] != region:
        text = f"is a key in {parts[3]}, and this deployment is in {region}; use a key in {region}"
        yield Problem(("deployment", "kms_key"), text)


def _unknown_clusters(here: Location, block: Mapping[str, Any], names: Sequence[str]) -> Iterator[Problem]:
    allowed, listed = ", ".join(names), _list(block.get("clusters"))
    for index, name in enumerate(listed):
        if name in listed[:index]:
            yield Problem((*here, index), f"{name!r} is listed twice; remove one")
        elif name not in names:
            text = f"{name!r} is not a cluster of this file{did_you_mean(name, names)}; allowed: {allowed}"
            yield Problem((*here, index), text)


def _unknown_endpoints(groups: Mapping[str, Any], names: Sequence[str]) -> Iterator[Problem]:
    for name in groups:
        if name not in names:
            text = f"is not a cluster of this file{did_you_mean(name, names)}; allowed: {', '.join(names)}"
            yield Problem(("deployment", "vpc", "cluster_security_groups", str(name)), text)


def _required(here: Location, policy: Mapping[str, Any], defaults: Mapping[str, Any]) -> Iterator[Problem]:
    """A selection, a schedule and a retention are required, in the policy or in the defaults."""
    schedules = (_mapping(policy.get("schedule")), _mapping(defaults.get("schedule")))
    if not any("expression" in schedule for schedule in schedules):
        yield Problem(
            (*here, "schedule", "expression"), "is missing; give it here or in defaults.schedule.expression"
        )
    for key in ("selection", "retention"):
        if key not in policy and key not in defaults:
            yield Problem((*here, key), f"is missing; give it here or in defaults.{key}")


def _meaningless(here: Location, policy: Mapping[str, Any], defaults: Mapping[str, Any]) -> Iterator[Problem]:
    if "csi_fallback" in policy and policy.get("method", defaults.get("method")) == "ebs":
        yield Problem((*here, "csi_fallback"), "has no meaning with method ebs; remove it")
    if "group_fallback" in policy and "group" not in policy:
        yield Problem((*here, "group_fallback"), "has no meaning without group; remove it or give a group")


def _verifies_nothing(block: Mapping[str, Any]) -> Iterator[Problem]:
    """`verify` only applies to drains that `drain: auto` leaves to others."""
    everywhere = block.get("drain", "auto")
    rules = [_mapping(rule) for rule in _list(block.get("rules"))]
    drains = [rule.get("drain", everywhere) for rule in rules]
    text = "has no meaning without drain: auto; remove it"
    if "verify" in block and "auto" not in (everywhere, *drains):
        yield Problem(("interruption", "verify"), text)
    for index, (rule, drain) in enumerate(zip(rules, drains, strict=True)):
        if "verify" in rule and drain != "auto":
            yield Problem(("interruption", "rules", index, "verify"), text)


def _locked_past_max_age(
    here: Location, policy: Mapping[str, Any], defaults: Mapping[str, Any]
) -> Iterator[Problem]:
    """`max_age` promises to delete older points, which a lock forbids: the user cannot mean both."""
    days = _mapping(policy.get("lock", defaults.get("lock"))).get("days")
    max_age = _mapping(policy.get("retention", defaults.get("retention"))).get("max_age")
    try:
        most = length(parse_duration(max_age))
    except ValueError:
        return
    if isinstance(days, int) and days > 0 and timedelta(days=min(days, MOST_LOCKED_DAYS)) > most:
        fit = f"use {most.days} days or less, or " if most.days else ""
        yield Problem(
            (*here, "lock", "days"),
            f"a lock of {days} days keeps points that retention.max_age {max_age} would delete; "
            f"{fit}raise max_age",
        )


def contradictions(config: Config) -> Iterator[Problem]:
    """Selections that contradict the defaults' selection."""
    for index, policy in enumerate(config.policies):
        if problem := contradiction(merged(policy.selection, config.defaults.selection)):
            text = f"with what defaults.selection adds: {problem}"
            yield Problem(("policies", index, "selection"), text)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else []
