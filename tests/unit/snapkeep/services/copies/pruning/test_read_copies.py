"""What prune_copies knows before it decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from snapkeep.domain.policies import Cluster
from snapkeep.services.copies.pruning.read_copies import ReadCopies
from snapkeep.services.copies.pruning.rules_there import RulesOfPolicies
from snapkeep.services.retention.read_cluster import Reading
from snapkeep.services.retention.report import Progress
from tests.fakes.copying import OSAKA, CopyWorld, to_osaka


def read(world: CopyWorld, cluster: str = "myeks") -> Reading:
    place, journal = world.deployment.places[0], world.journal
    rules = RulesOfPolicies(
        world.deployment, place, cluster, journal.runs, journal.prunes, journal.retentions
    )
    snapshots, lag = world.regions.snapshots(OSAKA.region), world.deployment.consistency_wait
    reader = ReadCopies(place, cluster, rules, snapshots, journal.copies, journal.prunes, lag)
    return reader.read(world.clock(), Progress(f"{cluster}@osaka"))


def test_rules_of_the_place_apply_and_built_in_policies_keep_everything_unless_a_rule_names_them() -> None:
    world = CopyWorld("mysql", rule=to_osaka(retention={"last": 5}, also=("on-demand",)))
    policies = read(world).policies
    assert policies["nightly"].rules.last == policies["on-demand"].rules.last == 5
    assert policies["interruption"].rules.last == "all"
    world.deployment = replace(
        world.deployment, clusters=(*world.deployment.clusters, Cluster("other", "ap-northeast-2"))
    )
    others = read(world, "other").policies
    assert set(others) == {"on-demand", "interruption"}
    assert {item.rules.last for item in others.values()} == {"all"}


def test_copies_are_new_by_when_they_were_made_and_strange_without_a_run() -> None:
    world = CopyWorld("mysql")
    world.live(minutes=15)
    world.prune_copies()
    world.copied(1)
    (copy,) = read(world).found.new
    assert copy == list(world.osaka.all)[-1]
    world.journal.runs = CopyWorld("mysql").journal.runs
    found = read(world).found
    assert found.strange == {copy} and found.new == frozenset()


def test_a_claim_is_gone_when_the_prune_at_home_says_so() -> None:
    world = CopyWorld("mysql")
    at = world.clock() - timedelta(days=9)
    world.journal.retentions.write_gone_claims("myeks", {"uid-1": at})
    assert read(world).gone == {"myeks/uid-1": at}


def test_in_a_place_that_retires_nothing_is_late() -> None:
    world = CopyWorld("mysql")
    assert read(world).policies["nightly"].spacing > timedelta()
    world.deployment = replace(world.deployment, places=(replace(OSAKA, retire=True),))
    assert read(world).policies["nightly"].spacing == timedelta()
