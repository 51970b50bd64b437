"""Coverage of a small world: what is there now, held against the schedule."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.adapters.calendar import CronCalendar
from snapkeep.domain import tags
from snapkeep.domain.claims import ScratchVolume
from snapkeep.domain.errors import ClusterUnreachable, TemporaryError, UnknownCluster
from snapkeep.domain.naming import point_id
from snapkeep.domain.policies import INTERRUPTION, ON_DEMAND, Schedule, Selection
from snapkeep.domain.report.acceptances import Acceptance
from snapkeep.domain.report.claims import ClaimState
from snapkeep.domain.report.coverage import Coverage, CoveredClaim, LastGood
from snapkeep.domain.times import compact
from tests.fakes.world import SLOT, World, a_claim, a_policy, on_one_volume

DAY = timedelta(days=1)


def a_world(*claims: Any, **changes: Any) -> World:
    world = World(*(claims or (a_claim("data"),)), policy=a_policy(**changes))
    world.calendar = CronCalendar()  # type: ignore[assignment]
    return world


def report(world: World, namespace: str = "") -> dict[str, CoveredClaim]:
    found = world.actions().show_coverage("myeks", namespace)
    return {f"{claim.namespace}/{claim.claim}": claim for claim in found.claims}


def test_a_claim_is_protected_until_its_next_point_is_overdue() -> None:
    world = a_world()
    world.back_up(SLOT)
    world.clock.now = SLOT + DAY + timedelta(hours=1)
    claim = report(world)["shop/data"]
    assert (claim.state, claim.next_run) == (Coverage.PROTECTED, SLOT + 2 * DAY)
    assert claim.last_good is not None and claim.last_good.slot == SLOT

    world.clock.now = SLOT + DAY + timedelta(hours=3)
    late = report(world)["shop/data"]
    assert late.state is Coverage.LATE
    assert "should have taken one at 2026-11-25 18:00 UTC" in late.reason


@pytest.mark.parametrize(("expression", "days"), [("cron(0 18 24 5,11 ? *)", 181), ("rate(60 days)", 60)])
def test_a_point_of_a_rare_schedule_gets_late_too(expression: str, days: int) -> None:
    world = a_world(schedule=Schedule(expression))
    world.back_up(SLOT)
    for late, state in ((timedelta(hours=1), Coverage.PROTECTED), (timedelta(hours=3), Coverage.LATE)):
        world.clock.now = SLOT + days * DAY + late
        assert report(world)["shop/data"].state is state
    world.clock.now = SLOT + 600 * DAY
    assert report(world)["shop/data"].state is Coverage.LATE


@pytest.mark.parametrize("policy", [ON_DEMAND, INTERRUPTION])
def test_a_point_that_nobody_scheduled_is_the_last_good_one_and_protects_until_the_next_slot(
    policy: str,
) -> None:
    world = a_world()
    world.back_up(SLOT)
    later = SLOT + timedelta(hours=5)
    world.clock.now = later
    (snapshot,) = world.ebs.all.values()
    uid = snapshot.tags[tags.CLAIM_UID]
    named = point_id("data", "myeks", uid, policy, later, snapshot.tags.get(tags.DEPLOYMENT, ""))
    own = {tags.POLICY: policy, tags.SLOT: compact(later), tags.POINT: named}
    world.ebs.put(replace(snapshot, id="snap-asked", started_at=later, tags=snapshot.tags | own))
    claim = report(world)["shop/data"]
    assert claim.last_good == LastGood(named, policy, later)
    assert claim.policies == ("nightly",)

    world.clock.now = SLOT + DAY + timedelta(hours=3)
    assert report(world)["shop/data"].state is Coverage.LATE


def test_a_claim_without_a_point_is_late_and_says_when_it_gets_one() -> None:
    claim = report(a_world())["shop/data"]
    assert claim.state is Coverage.LATE
    assert claim.next_run == SLOT + DAY
    assert "no ready recovery point yet" in claim.reason


@pytest.mark.parametrize("spoil", [{tags.DUPLICATE: "true"}, {tags.CLAIM_UID: "another"}])
def test_what_cannot_be_restored_from_protects_nobody(spoil: dict[str, str]) -> None:
    world = a_world()
    world.back_up(SLOT)
    for snapshot in world.ebs.all.values():
        snapshot.tags.update(spoil)
    assert report(world)["shop/data"].state is Coverage.LATE


def test_an_archived_point_is_not_the_last_good_one_because_a_restore_has_to_wait_for_it() -> None:
    world = a_world()
    world.back_up(SLOT)
    world.back_up(SLOT + DAY)
    newest = max(world.ebs.all.values(), key=lambda item: item.started_at)
    world.ebs.add_tags(newest.id, {tags.ARCHIVED: compact(SLOT + DAY)})
    world.ebs.archive(newest.id)
    last_good = report(world)["shop/data"].last_good
    assert last_good is not None and last_good.slot == SLOT


def test_a_paused_policy_protects_nobody() -> None:
    world = a_world(schedule=Schedule("cron(0 18 * * ? *)", enabled=False))
    assert report(world)["shop/data"].reason == (
        "paused: policy nightly takes it but its schedule is disabled"
    )


def test_a_label_that_does_not_exclude_is_told_where_owners_look() -> None:
    world = a_world(a_claim("data", labels={"snapkeep.io/exclude": "Yes"}), a_claim("plain"))
    world.back_up(SLOT)
    told = report(world)
    assert told["shop/data"].state is Coverage.PROTECTED
    assert 'snapkeep.io/exclude is "Yes", which excludes nothing' in told["shop/data"].reason
    assert "exclude" not in told["shop/plain"].reason


def test_every_claim_and_scratch_volume_is_listed_once_with_its_reason() -> None:
    excluded = a_claim("tmp", labels={"snapkeep.io/exclude": "true"})
    world = a_world(a_claim("data"), excluded, a_claim("data", namespace="blog"))
    world.cluster.scratch_list = [ScratchVolume("myeks", "shop", "web-0", "cache", "emptyDir")]
    found = report(world)
    assert list(found) == ["blog/data", "shop/data", "shop/tmp", "shop/web-0:cache"]
    assert found["shop/tmp"].reason == 'its label snapkeep.io/exclude is "true"'
    assert list(report(world, "shop")) == ["shop/data", "shop/tmp", "shop/web-0:cache"]


def test_a_cluster_whose_rest_is_accepted_has_nothing_wanting() -> None:
    world = a_world(selection=Selection(namespaces=("shop",)))
    world.cluster.claim_list.append(a_claim("tmp", namespace="lab"))
    world.cluster.scratch_list = [ScratchVolume("myeks", "shop", "web-0", "cache", "emptyDir")]
    world.back_up(SLOT)
    assert report(world)["lab/tmp"].state is Coverage.UNPROTECTED
    accepted = (Acceptance("lab", "a playground"), Acceptance("shop", "a cache", claim="web-*:cache"))
    world.deployment = replace(world.deployment, accepted=accepted)
    assert {name: claim.state for name, claim in report(world).items()} == {
        "lab/tmp": Coverage.EXCLUDED,
        "shop/data": Coverage.PROTECTED,
        "shop/web-0:cache": Coverage.EXCLUDED,
    }


def test_a_cluster_that_does_not_answer_is_told_by_what_its_points_remember() -> None:
    world = a_world(a_claim("data"), a_claim("old", namespace="blog"))
    world.back_up(SLOT)
    world.clock.now = SLOT + DAY
    asked = report(world)
    world.clusters.unreachable.add("myeks")
    found = world.actions().show_coverage("myeks", "")
    assert {f"{item.namespace}/{item.claim}": item.state for item in found.claims} == {
        name: claim.state for name, claim in asked.items()
    }
    assert "newer ones are missing" in found.unasked
    assert list(report(world, "blog")) == ["blog/old"]
    status = world.actions().show_status("myeks")
    assert status.notes[0] == found.unasked
    claim = world.actions().show_claim("myeks", "shop", "data")
    assert claim.note == found.unasked and claim.restore is not None
    assert claim.restore.command.endswith("--as data-restored --size 4Gi")
    assert claim.restore.trouble.startswith("not checked: ")


def test_memory_keeps_claims_that_have_no_good_point() -> None:
    excluded = a_claim("tmp", labels={"snapkeep.io/exclude": "true"})
    world = a_world(a_claim("data"), a_claim("lost"), excluded, a_claim("fails"))
    world.ebs.volumes.pop("vol-fails")
    world.back_up(SLOT)
    world.ebs.all.pop(world.point("lost").snapshot_id)
    world.clock.now = SLOT + timedelta(hours=1)
    world.clusters.unreachable.add("myeks")
    found = report(world)
    assert {name: claim.state for name, claim in found.items()} == {
        "shop/data": Coverage.PROTECTED,
        "shop/fails": Coverage.LATE,
        "shop/lost": Coverage.LATE,
        "shop/tmp": Coverage.EXCLUDED,
    }
    assert "policy nightly failed at 2026-11-24 18:00 UTC: " in found["shop/fails"].reason
    assert "was deleted in EC2, and not by Snapkeep" in found["shop/lost"].reason
    assert found["shop/tmp"].reason.endswith("(at 2026-11-24 18:00 UTC)")
    (failing,) = (item for item in world.actions().show_status("myeks").claims if item.claim == "fails")
    assert failing.state is ClaimState.FAILING
    assert failing.reason.count("policy nightly failed at") == 1


def test_memory_says_that_no_policy_takes_what_only_a_former_one_took() -> None:
    world = a_world()
    world.back_up(SLOT)
    (snapshot,) = world.ebs.all.values()
    deployment = snapshot.tags.get(tags.DEPLOYMENT, "")
    named = point_id("data", "myeks", snapshot.tags[tags.CLAIM_UID], "of-old", SLOT, deployment)
    own = {tags.POLICY: "of-old", tags.POINT: named}
    world.ebs.put(replace(snapshot, tags=snapshot.tags | own))
    world.journal.runs.all.clear()
    world.clusters.unreachable.add("myeks")
    (found,) = report(world).values()
    assert found.state is Coverage.UNPROTECTED
    assert "according to the last runs, no policy takes it; its last good" in found.reason


def test_coverage_tells_that_a_snapshot_was_deleted_in_ec2() -> None:
    world = a_world()
    world.back_up(SLOT)
    world.ebs.all.pop(world.point("data").snapshot_id)
    world.clock.now = SLOT + timedelta(hours=1)
    (found,) = report(world).values()
    assert found.state is Coverage.LATE
    assert "of its recovery point of 2026-11-24 18:00 UTC, snapshot" in found.reason
    assert "was deleted in EC2, and not by Snapkeep" in found.reason


def test_the_hourly_page_is_not_written_from_memory() -> None:
    world = a_world()
    world.back_up(SLOT)
    world.clusters.unreachable.add("myeks")
    with pytest.raises(ClusterUnreachable):
        world.gatherer.report("myeks")


def test_half_a_listing_is_no_report() -> None:
    world = a_world()
    world.ebs.fail_next("find", TemporaryError("EC2 did not answer"))
    with pytest.raises(TemporaryError):
        report(world)


def test_a_cluster_that_the_config_does_not_name_is_unknown() -> None:
    with pytest.raises(UnknownCluster, match="it names myeks"):
        a_world().actions().show_coverage("nope", "")


def test_many_claims_of_one_run_ask_the_calendar_once() -> None:
    world = a_world(*(a_claim(f"c-{number}") for number in range(50)))
    world.back_up(SLOT)
    asked = []

    class Counting(CronCalendar):
        def due(self, *given: Any, **named: Any) -> Any:
            asked.append(given)
            return super().due(*given, **named)

    world.calendar = Counting()  # type: ignore[assignment]
    assert len(report(world)) == 50
    assert len(asked) <= 3


def test_claims_on_one_volume_are_told_of_each_other_and_no_namespace_of_another() -> None:
    a, b = on_one_volume("a", "b")
    elsewhere = replace(b, namespace="bank", name="c", uid="uid-bank-c")
    found = report(a_world(a, b, elsewhere, a_claim("alone")))
    assert found["shop/a"].reason.endswith(
        "its volume vol-a is shared with bank/c, shop/b: each claim gets its own snapshots"
    )
    assert "is shared with shop/a, shop/b:" in found["bank/c"].reason
    assert "is shared with" not in found["shop/alone"].reason
    of_shop = report(a_world(a, b, elsewhere), "shop")["shop/a"].reason
    assert "is shared with a claim of another namespace, shop/b:" in of_shop and "bank" not in of_shop


def test_a_good_snapshot_of_another_volume_protects_nobody() -> None:
    world = a_world()
    world.back_up(SLOT)
    for item in list(world.ebs.all.values()):
        world.ebs.all[item.id] = replace(item, volume_id="vol-other")
    assert report(world)["shop/data"].state is Coverage.LATE
