"""Gathers what the checks of places need, once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import boto3

from snapkeep.domain.copies.lineages import rule_to
from snapkeep.domain.copies.places import Place
from snapkeep.domain.naming import forward_rule
from snapkeep.domain.policies import Deployment
from snapkeep.domain.restore.copied_points import point_of_copy
from snapkeep_cli.api.client import ApiClient, ApiProblem
from snapkeep_cli.api.connection import NoApi, reach
from snapkeep_cli.api.transport import Unreachable
from snapkeep_cli.api.where import Where
from snapkeep_cli.copies import in_words
from snapkeep_cli.doctor.asking import Clients
from snapkeep_cli.doctor.ebs import Ebs
from snapkeep_cli.doctor.facts import Facts, Unknown
from snapkeep_cli.doctor.places.aws import PlaceAws
from snapkeep_cli.doctor.places.facts import (
    AdoptedFacts,
    PlaceFacts,
    RegionFacts,
    Stands,
    VaultFacts,
)

Statuses = Mapping[str, dict[str, Stands] | Unknown]
"""By cluster, how its claims stand in each place."""


def places(session: boto3.Session, deployment: Deployment, known: Sequence[Facts]) -> Iterator[PlaceFacts]:
    """The facts about each place that does not retire; `known` are those about the chosen clusters."""
    listed = [place for place in deployment.places if not place.retire]
    first = next(iter(known), None)  # a vault has no clusters
    if first is None or not listed or isinstance(first.caller, Unknown):
        return
    statuses = _statuses([each.visit.cluster for each in known], first.visit.region)
    home = PlaceAws(Clients(session, first.visit.region))
    for place in listed:
        there = PlaceAws(Clients(session, place.region))
        yield PlaceFacts(
            place,
            first.visit,
            first.caller.account,
            first.deployed,
            _every(deployment, place),
            {name: _stands(found, place.name) for name, found in statuses.items()},
            _vault(place, home, there, known)
            if place.is_vault
            else _region(place, first.visit.prefix, home, there),
        )


def _every(deployment: Deployment, place: Place) -> dict[str, str]:
    rules = ((policy.name, rule_to(policy, place.name)) for policy in deployment.policies)
    return {name: in_words(rule.every) for name, rule in rules if rule}


def adopted(session: boto3.Session, deployment: Deployment, known: Sequence[Facts]) -> Iterator[AdoptedFacts]:
    """The facts about the copies that the deployment adopts; nothing if it adopts none."""
    if not (known and deployment.adopt) or isinstance(known[0].caller, Unknown):
        return
    visit = known[0].visit
    client = Clients(session, visit.region)
    clusters = tuple(cluster.name for cluster in deployment.clusters)
    found = PlaceAws(client).copies()
    if isinstance(found, Unknown):
        yield AdoptedFacts(visit, clusters, found, (), {})
        return
    read = {each.id: point_of_copy(each, visit.region) for each in found}
    copies = tuple(point for point in read.values() if point is not None)
    unreadable = tuple(name for name, point in read.items() if point is None)
    keys = Ebs(client).keys(sorted({point.key for point in copies if point.key}))
    yield AdoptedFacts(visit, clusters, copies, unreadable, keys)


def _region(place: Place, prefix: str, home: PlaceAws, there: PlaceAws) -> RegionFacts:
    return RegionFacts(
        opted=home.opted(place.region),
        in_progress=there.copies_in_progress(),
        key=there.key(place.kms_key),
        rule=there.rule(forward_rule(prefix, place.name)),
    )


def _vault(place: Place, home: PlaceAws, there: PlaceAws, known: Sequence[Facts]) -> VaultFacts:
    claims: dict[str, list[str]] = {}
    unseen = [facts.volumes for facts in known if isinstance(facts.volumes, Unknown)]
    for volumes in (facts.volumes for facts in known if not isinstance(facts.volumes, Unknown)):
        for volume in volumes:
            if volume.key:
                claims.setdefault(volume.key, []).append(volume.claim)
    shown = there.key(place.kms_key) if place.kms_key else None
    return VaultFacts(
        refusal=there.refusal(place),
        keys=unseen[0] if unseen else {name: home.claim_key(name) for name in sorted(claims)},
        claims=claims,
        lets_in=shown is not None and not isinstance(shown, Unknown),
        management=home.management_account(),
    )


def _statuses(clusters: Sequence[str], region: str) -> Statuses:
    """What the deployed API says of each cluster."""
    try:
        api = reach(Where.api, Where.profile, Where.region or region)
    except NoApi as reason:
        return dict.fromkeys(clusters, Unknown(str(reason), reason.fix))
    return {cluster: _status(api, cluster) for cluster in clusters}


def _status(api: ApiClient, cluster: str) -> dict[str, Stands] | Unknown:
    try:
        found = api.get("clusters", cluster, "status")
    except (ApiProblem, Unreachable) as error:
        return Unknown(f"the API does not say how copies of {cluster} stand: {error}")
    return {
        each["place"]: Stands(
            each["on_time"],
            each["late"],
            each["not_copied"],
            each["failed"],
            each.get("cannot_be_copied", 0),  # an API deployed earlier does not say it
            datetime.fromisoformat(each["oldest"]) if each["oldest"] else None,
        )
        for each in found.get("places", [])
    }


def _stands(found: dict[str, Stands] | Unknown, place: str) -> Stands | Unknown | None:
    return found if isinstance(found, Unknown) else found.get(place)
