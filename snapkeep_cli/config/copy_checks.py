"""Checks of places and copy rules that need several keys at once.

Like `config.checks` they read plain data that may still be wrong in other ways.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from snapkeep.domain.copies.places import partition_of
from snapkeep.domain.policies import Schedule as PolicySchedule
from snapkeep.domain.retention.deletion.locks import MOST_LOCKED_DAYS
from snapkeep.domain.retention.rules import parse_duration, parse_retention
from snapkeep.domain.retention.spacing import shortest_distance
from snapkeep.domain.retention.words import length, whole_for
from snapkeep.domain.vault.borrowing import PLACE
from snapkeep_cli.config import regions
from snapkeep_cli.config.errors import Location, Problem, did_you_mean
from snapkeep_cli.config.models import Config, Schedule

ENDS = ("max_age", "within")
"""The rules that say when copies go."""

RESERVED = f"{PLACE!r} is the place of borrowed copies, which nobody prunes; choose another name"


def check_places(places: Mapping[str, Any], clusters: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    """The problems of the places themselves."""
    home = next((region for item in clusters if (region := region_of(item))), None)
    by_region: dict[tuple[str, str], str] = {}
    for name, place in places.items():
        here: Location = ("places", str(name))
        if name == PLACE:
            yield Problem(here, RESERVED)
        if not isinstance(place, dict):
            continue
        account = str(place.get("account", ""))
        if region := region_of(place):
            yield from _region(here, region, home, is_vault=bool(account))
            yield from _twice(here, str(name), (account, region), by_region)
            yield from _key_elsewhere(here, str(name), region, account, place.get("kms_key"))


def region_of(item: Mapping[str, Any]) -> str:
    """The Region of a cluster, place or vault; "" if AWS has no such Region."""
    region = item.get("region")
    return region if isinstance(region, str) and region in regions.KNOWN else ""


def _region(here: Location, region: str, home: str | None, *, is_vault: bool) -> Iterator[Problem]:
    if region == home and not is_vault:
        text = f"{region} is the Region of the clusters, and copies there would be lost with it"
        yield Problem((*here, "region"), f"{text}; use another Region")
    elif home and partition_of(region) != partition_of(home):
        text = f"EC2 copies nothing from {home} to {region}, which belongs to another partition of AWS"
        yield Problem((*here, "region"), f"{text}; use a Region of {partition_of(home)}")


def _twice(
    here: Location, name: str, where: tuple[str, str], names: dict[tuple[str, str], str]
) -> Iterator[Problem]:
    """Two places are never one: each has copies of its own."""
    account, region = where
    other = names.setdefault(where, name)
    if other != name:
        what = f"{region} of account {account}" if account else region
        yield Problem((*here, "region"), f"{what} is already the Region of place {other}; keep one of them")


def _key_elsewhere(here: Location, name: str, region: str, account: str, key: object) -> Iterator[Problem]:
    """Copies are encrypted under a key of the Region of the place, and of the account of a vault.
    https://docs.aws.amazon.com/ebs/latest/userguide/ebs-copy-snapshot.html
    """
    parts = str(key).split(":")
    if len(parts) > 3 and parts[3] != region:
        text = f"is a key in {parts[3]}, and place {name} is in {region}; use a key in {region}"
        yield Problem((*here, "kms_key"), text)
    elif len(parts) > 4 and account and parts[4] != account:
        text = f"is a key of account {parts[4]}, and a vault copies under a key of its own account {account}"
        yield Problem((*here, "kms_key"), f"{text}; give the key of the vault's config, or leave it out")


def check_borrow(document: Mapping[str, Any], clusters: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    """The problems of what is borrowed."""
    borrow = document.get("borrow")
    if not isinstance(borrow, dict):
        return
    if document.get("adopt") is not True:
        text = "needs adopt: true, without which nothing is restored from copies; add that line"
        yield Problem(("borrow",), text)
    home = next((region for item in clusters if (region := region_of(item))), None)
    parts = str(borrow.get("kms_key")).split(":")
    if home and len(parts) > 3 and parts[3] != home:
        text = f"is a key in {parts[3]}, and borrowed copies are in {home}, where the clusters are"
        yield Problem(("borrow", "kms_key"), f"{text}; use a key in {home}")


def check_copies(here: Location, policy: Mapping[str, Any], places: Mapping[str, Any]) -> Iterator[Problem]:
    """The problems of a policy's copy rules; `here` is the policy."""
    listed = policy.get("copies")
    rules = [item if isinstance(item, dict) else {} for item in listed] if isinstance(listed, list) else []
    names = [rule.get("to") for rule in rules]
    for index, (rule, name) in enumerate(zip(rules, names, strict=True)):
        at: Location = (*here, "copies", index)
        if isinstance(name, str) and name not in places:
            allowed = f"allowed: {', '.join(map(str, places))}" if places else "add it to places"
            hint = did_you_mean(name, map(str, places))
            yield Problem((*at, "to"), f"{name!r} is not a place of this file{hint}; {allowed}")
        elif isinstance(name, str) and name in names[:index]:
            text = f"{name!r} is also the place of copies[{names.index(name)}]; keep one rule for each place"
            yield Problem((*at, "to"), text)
        place = places.get(name) if isinstance(name, str) else None
        yield from _keeping(at, rule, place if isinstance(place, dict) else {})
        yield from locked_too_long(at, rule)


def _keeping(here: Location, rule: Mapping[str, Any], place: Mapping[str, Any]) -> Iterator[Problem]:
    """Who says how long copies stay: the rule, or the config of the vault that makes them."""
    if "account" not in place:
        if rule and "retention" not in rule:
            yield Problem((*here, "retention"), "is missing")
        return
    for name in ("retention", "lock"):
        if name in rule:
            text = f"{rule.get('to')} is a vault, whose own config says how long copies stay; remove {name}"
            yield Problem((*here, name), text)


def uncountable(config: Config) -> Iterator[Problem]:
    """Rules with `every: N` whose policy keeps fewer than N single points, so that N points cannot be
    counted.
    """
    for index, policy in enumerate(config.policies):
        retention, schedule = policy.retention or config.defaults.retention, policy.schedule or Schedule()
        shared = config.defaults.schedule
        expression = schedule.expression or (shared.expression if shared else None)
        if retention is None or expression is None:
            continue
        every = shortest_distance(PolicySchedule(expression))
        kept = whole_for(parse_retention(retention.block()), every)
        for number, rule in enumerate(policy.copies):
            wanted = rule.every.number if rule.every else 1
            if wanted > 1 and kept < wanted * every:
                text = (
                    f"every {wanted} points cannot be counted, because the policy's retention keeps only the "
                    f"newest {max(1, kept // every)} singly; use day or week, a smaller number, or give the "
                    f"policy last: {wanted}"
                )
                yield Problem(("policies", index, "copies", number, "every"), text)


def locked_too_long(here: Location, rule: Mapping[str, Any]) -> Iterator[Problem]:
    """A lock forbids what `max_age` and `within` promise: the user cannot mean both. `rule` has both."""
    lock, retention = rule.get("lock"), rule.get("retention")
    days = lock.get("days") if isinstance(lock, dict) else None
    if not isinstance(days, int) or days <= 0 or not isinstance(retention, dict):
        return
    for name in ENDS:
        try:
            most = length(parse_duration(retention.get(name)))
        except ValueError:
            continue
        if timedelta(days=min(days, MOST_LOCKED_DAYS)) > most:
            fit = f"use {most.days} days or less, or " if most.days else ""
            text = f"a lock of {days} days keeps copies for longer than retention.{name} {retention[name]}; "
            yield Problem((*here, "lock", "days"), f"{text}{fit}raise {name}")
            return
