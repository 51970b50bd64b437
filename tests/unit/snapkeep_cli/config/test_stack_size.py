"""The size of a stack: what fits, what does not, and in which words."""

from __future__ import annotations

import pytest
import yaml

from snapkeep.domain.copies.places import partition_of
from snapkeep_cli.config.regions import KNOWN
from snapkeep_cli.config.stack_size import (
    FITS,
    LOCK_LENGTHS,
    MOST_PLACES,
    QUOTA,
    ROOM_FOR_PLACES,
    StackSize,
)
from tests.unit.snapkeep_cli.config.conftest import Loader, Refusals


def a_config(policies: int, clusters: int) -> str:
    """A config of so many policies, each on every one of so many clusters."""
    return yaml.safe_dump(
        {
            "clusters": [{"name": f"c{number}", "region": "eu-west-1"} for number in range(clusters)],
            "defaults": {"schedule": {"expression": "0 2 * * *"}, "retention": {"last": 3}},
            "policies": [
                {"name": f"p{number}", "selection": {"namespaces": ["*"]}} for number in range(policies)
            ],
        }
    )


def test_a_hundred_policies_on_five_clusters_fit(loaded: Loader) -> None:
    deployment = loaded(a_config(policies=100, clusters=5))

    assert len(deployment.policies) == 100
    assert StackSize(clusters=5, policies=100).resources < QUOTA


def test_too_many_clusters_are_refused_with_the_figures_and_what_to_do(refusals: Refusals) -> None:
    size = StackSize(clusters=40, policies=3)

    assert refusals(a_config(policies=3, clusters=40)) == [
        f"snapkeep.yaml:1: clusters: come to {size.resources} CloudFormation resources, and {FITS} fit into "
        f"a stack: at most {size.most_clusters} clusters with 3 policies. Move some clusters into another "
        "config file and stack (cdk deploy -c config=… -c stack=… -c prefix=…), with the "
        "policies they need"
    ]


def test_too_many_policies_of_one_cluster_cannot_be_split_and_are_told_so(refusals: Refusals) -> None:
    size = StackSize(clusters=1, policies=400)

    (line,) = refusals(a_config(policies=400, clusters=1))

    assert f"fit into a stack: at most 1 cluster with {size.most_policies} policies." in line
    assert line.endswith(
        "Use fewer policies: one can take all the namespaces and clusters that you list in it"
    )
    assert "-c stack" not in line


def test_far_too_much_of_both_names_no_largest_that_would_be_nothing(refusals: Refusals) -> None:
    (line,) = refusals(a_config(policies=300, clusters=45))

    assert f"and {FITS} fit into a stack. Use fewer policies" in line


@pytest.mark.parametrize(("clusters", "policies"), [(1, 1), (1, 100), (5, 100), (7, 3), (40, 3), (1, 400)])
@pytest.mark.parametrize("rules", [0, 1])
def test_the_largest_that_is_told_fits_and_one_more_does_not(
    clusters: int, policies: int, rules: int
) -> None:
    size = StackSize(clusters, policies, network=rules, rules=rules * clusters)

    def on(clusters: int, policies: int) -> bool:
        return StackSize(clusters, policies, network=rules, rules=rules * clusters).fits

    assert not on(size.most_clusters + 1, policies)
    assert not on(clusters, size.most_policies + 1)
    assert not size.most_clusters or on(size.most_clusters, policies)
    assert not size.most_policies or on(clusters, size.most_policies)


@pytest.mark.parametrize(("lengths", "fits"), [(LOCK_LENGTHS, True), (LOCK_LENGTHS + 1, False)])
def test_more_lengths_of_locks_than_iam_can_tell_apart_are_refused(
    refusals: Refusals, loaded: Loader, lengths: int, fits: bool
) -> None:
    config = yaml.safe_load(a_config(policies=20, clusters=1))
    config["defaults"]["lock"] = {"mode": "governance", "days": 7}  # of those that say nothing
    for number, policy in enumerate(config["policies"]):
        if number % lengths:
            policy["lock"] = {"mode": "governance", "days": 7 + number % lengths}

    if fits:
        assert len(loaded(yaml.safe_dump(config)).policies) == 20
    else:
        (line,) = refusals(yaml.safe_dump(config))
        assert "lock for 6 different lengths (7, 8, 9, 10, 11, 12 days)" in line and "hold 5" in line


def with_places(number: int, lengths: int = 1) -> str:
    """A config that copies to so many places, and locks the copies for so many different lengths."""
    regions = sorted(name for name in KNOWN if partition_of(name) == "aws" and name != "eu-west-1")
    config = yaml.safe_load(a_config(policies=max(3, lengths), clusters=1))
    config["places"] = {
        region: {
            "region": region,
            "kms_key": f"arn:aws:kms:{region}:111122223333:key/12345678-1234-1234-1234-123456789012",
        }
        for region in regions[:number]
    }
    for days, policy in enumerate(config["policies"]):
        lock = {"mode": "governance", "days": 7 + days % lengths}
        policy["copies"] = [{"to": regions[0], "retention": {"last": 3}, "lock": lock}]
    return yaml.safe_dump(config)


def test_more_places_and_lengths_of_their_locks_than_iam_holds_are_refused(
    refusals: Refusals, loaded: Loader
) -> None:
    assert len(loaded(with_places(MOST_PLACES, LOCK_LENGTHS)).places) == MOST_PLACES
    (line,) = refusals(with_places(MOST_PLACES + 1))
    assert "come to 11, and IAM's policies hold 10" in line
    (line,) = refusals(with_places(1, LOCK_LENGTHS + 1))
    assert "lock copies for 6 different lengths (7, 8, 9, 10, 11, 12 days)" in line


def test_copies_keep_more_room_for_policies_that_are_split() -> None:
    full = StackSize(1, StackSize(1, 1, copies=True).most_policies, copies=True)
    assert full.resources == FITS - ROOM_FOR_PLACES


def test_cluster_names_that_fill_iam_s_policies_are_refused_with_the_figures(refusals: Refusals) -> None:
    names = [f"{'x' * 97}{number:03}" for number in range(16)]
    config = yaml.safe_load(a_config(policies=1, clusters=1)) | {
        "clusters": [{"name": name, "region": "eu-west-1"} for name in names]
    }

    (line,) = refusals(yaml.safe_dump(config))

    assert "names of 1,648 characters in all" in line and "IAM's policies hold 1,600" in line
    assert "another config file and stack" in line
