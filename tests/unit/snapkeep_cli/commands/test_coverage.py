"""`snapkeep coverage`, `snapkeep get clusters`."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from snapkeep.domain.claims import ScratchVolume
from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.proof.checks import Check, Subject, Verdict
from snapkeep.domain.proof.rules import CheckRules
from snapkeep.domain.proof.suspicions import Suspicion
from tests.fakes.saving import SavingWorld
from tests.fakes.world import SLOT, World, a_claim
from tests.unit.snapkeep_cli.conftest import Command, connected


def test_coverage_is_shown_with_its_reasons_and_counted(snapkeep: Command) -> None:
    ended = snapkeep("coverage")
    lines = ended.out.splitlines()
    assert lines[0].split() == ["NAMESPACE", "CLAIM", "STATE", "POLICY", "LAST", "GOOD", "WHY"]
    assert lines[1].split()[:4] == ["shop", "data", "protected", "nightly"]
    assert ended.err.strip() == "1 protected, 0 late, 0 unprotected, at 2026-11-24T18:00:00Z"
    assert json.loads(snapkeep("coverage", "--only", "late", "-o", "json").out)["claims"] == []


def test_a_check_fails_only_for_what_a_policy_could_protect(snapkeep: Command, world: World) -> None:
    world.cluster.claim_list.append(a_claim("tmp", labels={"snapkeep.io/exclude": "true"}))
    world.cluster.scratch_list = [ScratchVolume("myeks", "shop", "web-0", "cache", "emptyDir")]
    fine = snapkeep("coverage", "--check")
    assert (fine.code, fine.err.strip()) == (
        0,
        "1 protected, 0 late, 0 unprotected, 1 unprotectable, 1 excluded, at 2026-11-24T18:00:00Z",
    )
    world.cluster.claim_list.append(a_claim("new", labels={"snapkeep.io/policy": "none"}))
    assert snapkeep("coverage", "--check").code == 1
    assert snapkeep("coverage").code == 0


def test_a_check_of_a_misspelt_namespace_does_not_pass(snapkeep: Command) -> None:
    checked = snapkeep("coverage", "-n", "shpo", "--check")
    assert checked.code == 4
    assert "namespace shpo has no claims, or does not exist" in checked.err
    assert snapkeep("coverage", "-n", "shop", "--check").code == 0


def test_a_cluster_that_does_not_answer_is_shown_from_its_points_and_fails_a_check(
    snapkeep: Command, world: World
) -> None:
    world.clusters.unreachable.add("myeks")
    shown = snapkeep("coverage")
    assert shown.code == 0 and "shop" in shown.out
    assert "warning: " in shown.err and "known from recovery points and the last runs" in shown.err
    assert snapkeep("coverage", "--check").code == 6
    assert "known from recovery points and the last runs" in snapkeep("status").out
    described = snapkeep("describe", "claim", "shop/data").out
    assert "known from recovery points and the last runs" in described and "not checked" in described


def test_a_suspicious_point_is_named_and_fails_a_check(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.deployment = replace(world.deployment, checks=CheckRules())
    snapkeep = connected(world, monkeypatch)
    point = suspected(world)
    shown = snapkeep("coverage", "--check")
    assert shown.code == 1
    assert f"1 recovery point is suspicious: shop/data ({point}); look at" in shown.err
    assert shown.out.splitlines()[0].endswith("CHECKED")
    assert "suspicious: it shrank" in shown.out
    status = snapkeep("status").out
    assert "1 recovery point is suspicious" in status
    assert "newest points: 1 suspicious" in status
    assert f"shop/data   2026-11-24T18:00:00Z  it shrank  {point}" in status
    assert "snapkeep checks accept POINT --because" in status


def test_while_checks_are_off_people_hear_how_to_accept(snapkeep: Command, world: World) -> None:
    suspected(world)
    for shown in (snapkeep("coverage").err, snapkeep("status").out):
        assert "checks are off, so nobody can accept it" in " ".join(shown.split())


def suspected(world: World) -> str:
    """Let a check have found the only point suspicious; returns its id."""
    point = world.point("data").id
    subject = Subject(point, next(iter(world.ebs.all)), "myeks", "shop", "data", "uid-shop-data", SLOT)
    world.journal.checks.write_check(Check(subject, Verdict.SUSPICIOUS, SLOT, ("it shrank",)))
    world.journal.suspicions.write_suspicion(Suspicion(subject, "it shrank"))
    return point


def test_clusters_are_listed(snapkeep: Command) -> None:
    assert snapkeep("get", "clusters").out.splitlines()[1].split() == ["myeks", "ap-northeast-2", "nightly"]


@pytest.fixture
def saving(monkeypatch: pytest.MonkeyPatch) -> tuple[SavingWorld, Command]:
    """A world whose namespace store is restorable whole, and shop lacks a Secret."""
    world = SavingWorld()
    world.objects.put(
        "pods", "shop", "web", spec={"containers": [{"envFrom": [{"secretRef": {"name": "db"}}]}]}
    )
    world.objects.put("configmaps", "shop", "kube-root-ca.crt")
    world.back_up(SLOT)
    world.save()
    world.wait(hours=3)
    return world, connected(world, monkeypatch)


def test_namespaces_are_whole_or_say_what_is_missing(saving: tuple[SavingWorld, Command]) -> None:
    _, snapkeep = saving
    shown = snapkeep("coverage")
    lines = [line.split() for line in shown.out.splitlines()]
    assert ["shop", "incomplete", "3", "2026-11-24T18:00:00Z", "bring", "the", "Secret", "db"] in [
        line[:8] for line in lines
    ]
    assert "1 of 2 namespaces is restorable whole" in shown.err
    assert "1 of 2 namespaces is restorable whole: snapkeep coverage" in snapkeep("status").out
    assert "1 namespaces, 1 deployments.apps" in snapkeep("coverage", "-o", "wide").out
    assert "1 configmaps (the cluster makes it)" in snapkeep("coverage", "-o", "wide").out
    assert "restorable" not in snapkeep("coverage", "--only", "protected").out.lower()
    assert snapkeep("coverage", "--check").code == 0


def test_a_namespace_that_is_gone_from_the_cluster_says_so(saving: tuple[SavingWorld, Command]) -> None:
    world, snapkeep = saving
    world.cluster.claim_list = [each for each in world.cluster.claim_list if each.namespace != "store"]
    assert "none of its claims exist any more" in snapkeep("coverage").out


def test_objects_that_cannot_be_read_are_a_warning(saving: tuple[SavingWorld, Command]) -> None:
    world, snapkeep = saving
    world.journal.saved_objects.fail_next("newest_saved", TemporaryError("the journal is slow"))
    shown = snapkeep("coverage")
    assert "restorable whole is unknown: the journal is slow" in shown.err and "protected" in shown.out
