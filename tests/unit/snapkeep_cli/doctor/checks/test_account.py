"""Credentials, cluster, authentication mode, deployment and limits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from snapkeep_cli.cluster.manifests import snapshot_class
from snapkeep_cli.config.cluster_access import FUNCTIONS
from snapkeep_cli.doctor.checks.account import authentication, cluster, deployment, pending, quota, serving
from snapkeep_cli.doctor.facts import Quota
from snapkeep_cli.doctor.findings import Verdict
from tests.fakes.doctor_samples import CLASS, CLUSTER, VISIT, healthy


def test_a_cluster_that_another_deployment_serves_is_refused_and_it_is_named() -> None:
    (found,) = serving(healthy(served_by="green"))

    assert found.verdict is Verdict.PROBLEM
    assert "the deployment green serves myeks, and only one can" in found.text
    assert "-c prefix=green" in found.text and "snapkeep adopt --from green" in found.text
    assert found.fix == "aws ssm get-parameter --name /snapkeep/clusters/myeks --region eu-west-1"


@pytest.mark.parametrize("served_by", ["snapkeep", None])
def test_a_class_that_names_another_deployment_tells_of_it_as_well(served_by: str | None) -> None:
    theirs = replace(CLASS, parameters=snapshot_class("myeks", deployment="green")["parameters"])
    (found,) = serving(healthy(served_by=served_by, classes=(theirs,)))

    assert found.verdict is Verdict.PROBLEM and "the deployment green serves myeks" in found.text
    assert found.fix == "snapkeep manifests --cluster myeks | kubectl apply -f -"


def test_a_cluster_that_we_serve_is_fine_and_one_that_nobody_serves_no_matter() -> None:
    (found,) = serving(healthy())

    assert (found.verdict, found.text) == (
        Verdict.OK,
        "the deployment snapkeep serves myeks, and no other does",
    )
    assert not list(serving(healthy(served_by=None, classes=())))


def test_a_cluster_that_is_not_there_is_to_be_looked_for_in_its_region() -> None:
    (found,) = cluster(healthy(described=None))

    assert found.verdict is Verdict.PROBLEM
    assert "no cluster myeks in eu-west-1" in found.text
    assert found.fix == "aws eks list-clusters --region eu-west-1"


def test_a_cluster_that_is_made_or_gone_is_waited_for() -> None:
    (found,) = cluster(healthy(described=replace(CLUSTER, status="CREATING")))

    assert "myeks is CREATING" in found.text
    assert found.fix == "aws eks wait cluster-active --name myeks --region eu-west-1"


def test_a_cluster_that_ignores_access_entries_is_switched() -> None:
    (found,) = authentication(healthy(described=replace(CLUSTER, authentication_mode="CONFIG_MAP")))

    assert found.verdict is Verdict.PROBLEM
    assert "cannot be undone" in found.text
    assert found.fix == (
        "aws eks update-cluster-config --name myeks "
        "--access-config authenticationMode=API_AND_CONFIG_MAP --region eu-west-1"
    )


def test_both_modes_with_access_entries_are_fine() -> None:
    for mode in ("API", "API_AND_CONFIG_MAP"):
        (found,) = authentication(healthy(described=replace(CLUSTER, authentication_mode=mode)))
        assert found.verdict is Verdict.OK


def test_before_the_first_deploy_that_is_the_next_step_and_no_problem() -> None:
    (found,) = deployment(healthy(functions={}))

    assert found.verdict is Verdict.LATER
    assert found.fix == "npm ci && npx cdk deploy --all"


def test_the_deploy_command_names_what_is_not_usual() -> None:
    visit = replace(VISIT, config="deploy/eu.yaml", stack="Snapkeep-eu", prefix="backup")

    (found,) = deployment(healthy(functions={}, visit=visit))

    assert found.fix == (
        "npm ci && npx cdk deploy --all -c config=deploy/eu.yaml -c stack=Snapkeep-eu -c prefix=backup"
    )


def test_functions_that_a_newer_release_brings_are_named() -> None:
    facts = healthy()
    assert isinstance(facts.functions, dict)
    del facts.functions["prune"]

    (found,) = deployment(facts)

    assert found.verdict is Verdict.PROBLEM
    assert f"1 of {len(FUNCTIONS)} functions are missing: prune" in found.text


def test_a_quota_that_is_nearly_used_up_is_to_be_raised() -> None:
    (full,) = quota(healthy(snapshots=Quota(100_000, 80_000, 80_000)))
    (room,) = quota(healthy(snapshots=Quota(100_000, 79_999, 80_000)))

    assert room.verdict is Verdict.OK
    assert full.verdict is Verdict.PROBLEM
    assert "80,000 or more of the 100,000" in full.text
    assert "--quota-code L-309BACF6 --desired-value 200000 --region eu-west-1" in full.fix


def test_snapshots_of_others_that_leave_no_room_are_a_problem() -> None:
    (full,) = pending(healthy(pending=80))
    (room,) = pending(healthy(pending=79))

    assert (full.verdict, room.verdict) == (Verdict.PROBLEM, Verdict.OK)
    assert "80 snapshots are pending" in full.text
