"""A trial: what other policies would do in a cluster now, by the same code, without doing it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from snapkeep.domain.claims import Volume, VolumeKind
from snapkeep.domain.errors import ClusterUnreachable, TookTooLong, UnknownCluster
from snapkeep.domain.policies import Method, Policy, Schedule, Selection
from snapkeep.domain.report.trials import ChangedClaim, Trial, TrialRequest
from snapkeep.ports.journal import Journal
from snapkeep.ports.kubernetes import SnapshotSupport
from snapkeep.wiring.trials import try_config
from tests.fakes.world import SLOT, World, a_claim, a_policy


def tried(world: World, *policies: Policy, **request: Any) -> Trial:
    """What these policies would do in the world."""
    deployment = replace(world.deployment, policies=policies)
    return try_config(world.ports()).run(TrialRequest("myeks", deployment, **request))


def aged(*claims: Any, days: int = 3, **policy: Any) -> World:
    """A world whose policy took a point of each claim a day, and whose last prune has seen them."""
    world = World(*claims, policy=a_policy(**policy))
    for day in range(days):
        world.back_up(SLOT + timedelta(days=day))
    world.prune()
    return world


def test_what_is_deployed_changes_nothing() -> None:
    world = aged(a_claim("data"))
    trial = tried(world, world.policy)
    assert [(item.claim, item.policy, item.method) for item in trial.taken] == [
        ("data", "nightly", Method.EBS)
    ]
    assert (trial.changed, trial.deletions, trial.left, trial.keeping) == ((), (), (), 3)


def test_lower_retention_names_what_goes_and_that_a_grace_spares_it_for_now() -> None:
    world = aged(a_claim("data"))
    trial = tried(world, replace(world.policy, retention={"last": 1}))
    assert [(item.claim, item.policy, item.at_once) for item in trial.deletions] == [
        ("shop/data", "nightly", False)
    ] * 2
    assert trial.keeping == 1


def test_what_is_beyond_the_brake_is_told_as_staying() -> None:
    world = aged(a_claim("data"), days=6, retention={"last": 6})
    trial = tried(world, replace(world.policy, retention={"last": 1}))
    assert len(trial.deletions) == 5
    refused = "the brake would refuse to delete it until somebody confirms that"
    assert [item.stays for item in trial.deletions] == [refused] * 4 + [""]


def test_points_of_a_policy_that_is_renamed_stay_and_that_is_told() -> None:
    world = aged(a_claim("data"))
    trial = tried(world, replace(world.policy, name="renamed"))
    assert trial.deletions == ()
    assert trial.changed == (ChangedClaim("shop/data", ("nightly",), ("renamed",)),)
    assert "3 points of policy nightly stay until somebody deletes them" in " ".join(trial.notes)


def test_more_points_than_there_is_time_for_are_told_with_figures() -> None:
    world = aged(*(a_claim(f"c-{number}") for number in range(60)), days=3)

    def ticking() -> datetime:
        world.clock.now += timedelta(seconds=8)
        return world.clock.now

    trier = replace(try_config(world.ports()), clock=ticking)
    deployment = replace(world.deployment, policies=(world.policy,))
    read = r"^100 recovery points of cluster myeks were read in 14 s, and there are more: name one namespace$"
    with pytest.raises(TookTooLong, match=read):
        trier.run(TrialRequest("myeks", deployment))


def test_what_no_policy_takes_says_why_and_a_claim_that_loses_its_policy_is_a_change() -> None:
    world = aged(a_claim("data"), a_claim("ledger", namespace="bank"))
    trial = tried(world, replace(world.policy, selection=Selection(namespaces=("bank",))))
    assert [(item.subject, item.code) for item in trial.left] == [("shop/data", "no_policy")]
    assert trial.changed == (ChangedClaim("shop/data", ("nightly",), ()),)


def test_a_paused_policy_takes_nothing_and_is_named() -> None:
    world = aged(a_claim("data"))
    paused = replace(world.policy, schedule=Schedule("cron(0 18 * * ? *)", enabled=False))
    trial = tried(world, paused)
    assert trial.taken == ()
    assert trial.changed == (ChangedClaim("shop/data", ("nightly",), ()),)
    assert "policy nightly is paused: it takes none of its 1 claims" in trial.notes


def test_a_cluster_without_snapshot_support_would_fail_csi_points_and_says_so() -> None:
    world = aged(a_claim("data"))
    world.cluster.support = SnapshotSupport(available=False, reason="no VolumeSnapshot CRDs")
    (blocked,) = tried(world, a_policy(method=Method.CSI)).taken
    assert blocked.blocked == "no VolumeSnapshot CRDs"
    (fallen_back,) = tried(world, a_policy(method=Method.CSI, csi_fallback=True)).taken
    assert (fallen_back.method, fallen_back.blocked) == (Method.EBS, "")


def test_a_trial_of_a_namespace_knows_nothing_of_others() -> None:
    claims = [a_claim("data"), a_claim("secret", namespace="bank")]
    world = aged(*claims, days=6, retention={"last": 6})
    lowered = replace(world.policy, retention={"last": 1})
    world.deployment = replace(world.deployment, policies=(lowered,))
    world._build(lambda port: port)
    world.wait(hours=80)
    world.prune()  # the brake refuses and journals what it says about both namespaces
    trial = tried(world, replace(lowered, name="other"), lowered, namespace="shop")
    assert {item.claim for item in trial.deletions} == {"shop/data"}
    assert {item.stays for item in trial.deletions} == {
        "the brake would refuse to delete it until somebody confirms that"
    }
    assert "the brake judges whole clusters" in " ".join(trial.notes)
    assert {item.namespace for item in trial.taken} == {"shop"}
    assert "secret" not in str(trial) and "bank" not in str(trial)


def test_only_some_policies_can_be_shown() -> None:
    world = aged(a_claim("data"))
    again = a_policy("again")
    trial = tried(world, replace(world.policy, retention={"last": 1}), again, only=("again",))
    assert {item.policy for item in trial.taken} == {"again"}
    assert trial.deletions == ()
    assert trial.changed == (ChangedClaim("shop/data", ("nightly",), ("again", "nightly")),)


def test_policies_of_another_cluster_do_nothing_here() -> None:
    world = aged(a_claim("data"))
    trial = tried(world, replace(world.policy, clusters=("elsewhere",)))
    assert trial.taken == () and trial.deletions == ()


def test_half_an_answer_is_none() -> None:
    world = aged(a_claim("data"))
    world.cluster.fail_next("claims", ClusterUnreachable("no answer"))
    with pytest.raises(ClusterUnreachable):
        tried(world, world.policy)
    with pytest.raises(UnknownCluster):
        try_config(world.ports()).run(TrialRequest("other", world.deployment))


def state_of(world: World) -> str:
    """Everything that the world remembers, as text."""
    stores = [vars(getattr(world.journal, name)) for name in Journal.__dataclass_fields__]
    return repr([stores, world.ebs.all, vars(world.cluster), world.announcer.given_up, world.queue.sent])


def test_nothing_is_written_anywhere() -> None:
    world = aged(a_claim("data"), days=6, retention={"last": 6})
    before = state_of(world)
    trial = tried(world, replace(world.policy, retention={"last": 1, "after_claim_deleted": "1d"}))
    assert trial.deletions and state_of(world) == before


def test_a_policy_for_file_systems_takes_claims_without_points() -> None:
    on_efs = a_claim("uploads", volume=Volume("pv", VolumeKind.EFS, "efs.csi.aws.com", "fs-01234567"))
    world = aged(a_claim("data"), on_efs)
    trial = tried(world, world.policy, a_policy("shared", method=Method.AWS_BACKUP))
    assert [(item.claim, item.policy, item.method) for item in trial.taken] == [
        ("data", "nightly", Method.EBS),
        ("uploads", "shared", Method.AWS_BACKUP),
    ]
    assert trial.changed == (ChangedClaim("shop/uploads", (), ("shared",)),)
