"""Attempts to make the deployed prune delete everything, each confirmed: the newest good point stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.domain import tags
from tests.integration.deployed import CLUSTER, Deployed, config_of, deployed
from tests.integration.flows.story import pass_time

POLICY = "attacked"
CLAIMS = 2
DAYS = 3

Attack = Callable[[Deployed], None]


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """Two claims with three daily points, under a policy that keeps as little as a policy can."""
    policy = {"name": POLICY, "method": "ebs", "retention": {"last": 1, "max_age": "30d", "minimum": 1}}
    with deployed(tmp_path_factory.mktemp("attacks"), config_of(policy, orphans="delete")) as product:
        product.sandbox.aws.settings(functions_follow_clock=True, functions_skip_sleep=True)
        product.make_claims(POLICY, CLAIMS)
        for _ in range(DAYS):
            product.backup(POLICY)
            product.until_closed(POLICY)
            pass_time(product, timedelta(hours=1))
        product.sandbox.aws.wait_idle()
        yield product


@pytest.fixture(autouse=True)
def healthy_again(product: Deployed) -> Iterator[None]:
    yield
    product.sandbox.aws.forget_faults()
    product.cluster.clear()
    product.sandbox.aws.settings(describe_lag_seconds=0.0)


def newest(product: Deployed) -> dict[str, str]:
    """Claim to the id of its newest completed snapshot."""
    found = sorted(product.snapshots(POLICY), key=lambda item: item.tags[tags.SLOT])
    return {item.tags[tags.CLAIM]: item.id for item in found if item.state == "completed"}


def prune_and_confirm(product: Deployed) -> list[dict[str, Any]]:
    """Prune and sweep, rehearse both, and confirm what they would do; functions may fail, as they do."""
    reports = []
    for kind in ({}, {"orphans": True}):
        for request in ({}, {"dry_run": True}):
            reports += product.invoke("prune", {"cluster": CLUSTER, **kind, **request})["clusters"]
        refusals = [refusal["token"] for refusal in reports[-1].get("refusals", [])]
        for token in ["", *refusals]:
            reports += product.invoke("prune", {"cluster": CLUSTER, **kind, "confirm": token})["clusters"]
    return reports


def retag(product: Deployed, changes: dict[str, str]) -> None:
    """Write tags on every point, as somebody with ec2:CreateTags could."""
    product.sandbox.client("ec2").create_tags(
        Resources=[item.id for item in product.snapshots(POLICY)],
        Tags=[{"Key": key, "Value": value} for key, value in changes.items()],
    )


def a_listing_that_fails(product: Deployed) -> None:
    product.sandbox.aws.fail_call("ec2:DescribeSnapshots", "InternalError", status=500, times=3)


def a_listing_that_is_throttled(product: Deployed) -> None:
    product.sandbox.aws.fail_call("ec2:DescribeSnapshots", "RequestLimitExceeded", status=503, times=3)


def an_unreachable_cluster(product: Deployed) -> None:
    product.cluster.set_unreachable("refuse")


def a_listing_that_lags(product: Deployed) -> None:
    product.sandbox.aws.settings(describe_lag_seconds=86_400.0)


def a_year_ahead(product: Deployed) -> None:
    pass_time(product, timedelta(days=366))


def slots_in_the_future(product: Deployed) -> None:
    retag(product, {tags.SLOT: "20991231T000000Z"})


def all_marked_as_twins(product: Deployed) -> None:
    retag(product, {tags.DUPLICATE: "true"})


def all_of_one_claim(product: Deployed) -> None:
    retag(product, {tags.CLAIM_UID: "somebody-else"})


ATTACKS: tuple[Attack, ...] = (
    a_listing_that_fails,
    a_listing_that_is_throttled,
    an_unreachable_cluster,
    a_listing_that_lags,
    a_year_ahead,
    slots_in_the_future,
    all_marked_as_twins,
    all_of_one_claim,
)
"""In this order: those that poison tags come last, because they stay poisoned."""


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_confirmed_attack_takes_the_newest_good_point(product: Deployed, attack: Attack) -> None:
    good = newest(product)
    assert len(good) == CLAIMS
    attack(product)
    for _ in range(2):
        prune_and_confirm(product)
        pass_time(product, timedelta(days=4))
    product.cluster.set_unreachable("")
    product.sandbox.aws.settings(describe_lag_seconds=0.0)
    assert set(good.values()) <= {item.id for item in product.snapshots(POLICY)}
