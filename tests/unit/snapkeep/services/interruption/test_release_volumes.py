"""Stories after death: volumes are free as soon as EC2 says so, not a moment before, and all traces go."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain.errors import PermanentError, TemporaryError
from snapkeep.domain.interruption.aftermath import OUT_OF_SERVICE
from snapkeep.domain.interruption.instances import InstanceState
from snapkeep.domain.interruption.nodes import Attachment, NodeChange
from snapkeep.domain.interruption.notices import Kind
from snapkeep.domain.interruption.records import IncidentRecord
from snapkeep.domain.interruption.rules import NodeRules, Snapshotting
from tests.fakes.dying import INSTANCE, NODE, DyingWorld, a_node, a_notice, an_instance
from tests.fakes.faults import Crash


def terminated(world: DyingWorld) -> None:
    """The machine dies after its warning."""
    world.warn()
    world.wait(seconds=120)
    world.die()


def taints(world: DyingWorld) -> list[str]:
    return [taint.key for taint in world.node.taints]


@pytest.mark.parametrize("state", [InstanceState.RUNNING, InstanceState.STOPPED, InstanceState.STOPPING])
def test_a_machine_that_is_not_terminated_keeps_its_volumes(state: InstanceState) -> None:
    world = DyingWorld()
    world.warn()
    world.die(state)
    assert world.release().step == "hands off"
    assert taints(world) == [] and len(world.nodes.all_attachments) == 2
    assert world.to_release.sent == []


def test_a_death_that_ec2_shows_only_later_is_waited_for() -> None:
    for shown in (InstanceState.SHUTTING_DOWN, InstanceState.RUNNING):
        world = DyingWorld()
        world.warn()
        world.die(shown)
        world.release(a_notice(world.clock(), Kind.STATE, key="dead", action="terminated"))
        assert taints(world) == [] and world.to_release.sent == [(INSTANCE, timedelta(seconds=10))]
        world.die()
        assert world.release().step == "taint"


def test_a_dead_node_is_put_out_of_service_until_its_volumes_are_free_and_then_no_more() -> None:
    world = DyingWorld()
    terminated(world)
    death = a_notice(world.clock(), Kind.STATE, key="dead", action="terminated")
    assert world.release(death).step == "taint"
    assert taints(world) == [OUT_OF_SERVICE]
    assert world.to_release.sent == [(INSTANCE, timedelta(seconds=10))]
    world.wait(seconds=10)
    assert world.release().step == "wait"
    world.nodes.all_attachments, world.nodes.all_pods[NODE] = [], []
    world.wait(seconds=10)
    assert world.release().step == "untaint"
    assert taints(world) == [] and world.record.closed_at and world.to_release.sent == []
    assert world.news.steps[-1].figures == {
        "SecondsToRelease": 20.0,
        "InterruptionsMissed": 0,
        "VolumesMissed": 2,  # nobody saved it
    }


def test_volumes_that_ec2_still_holds_are_waited_for() -> None:
    world = DyingWorld()
    terminated(world)
    world.attach_volumes(INSTANCE)
    assert world.release().step == "wait"
    assert taints(world) == [] and world.to_release.sent


def test_without_a_node_object_what_is_left_of_it_is_removed() -> None:
    world = DyingWorld()
    terminated(world)
    del world.nodes.nodes[NODE]
    released = world.release()
    assert released.step == "detach"
    assert world.nodes.all_attachments == []
    assert set(released.pods) == {"shop/web", "shop/mysql-0", "shop/wordpress-0", "shop/agent"}
    assert world.release().step == "done"
    assert world.record.closed_at


def test_an_attachment_that_the_driver_has_not_noted_yet_goes_only_if_it_is_on_that_node() -> None:
    world = DyingWorld()
    terminated(world)
    others = Attachment("csi-others", "uid-others", "pv-others", "other")
    world.nodes.all_attachments = [Attachment("csi-a", "uid-a", "pv-a", NODE), others]
    world.nodes.all_pods[NODE] = []
    assert world.release().step == "taint"
    del world.nodes.nodes[NODE]
    assert world.release().attachments == ("csi-a",)
    assert world.nodes.all_attachments == [others]


def test_a_new_node_of_the_same_name_is_left_alone() -> None:
    world = DyingWorld()
    terminated(world)
    world.nodes.nodes[NODE] = a_node(instance="i-0fresh")
    fresh = [Attachment("csi-fresh", "uid-fresh", "pv-fresh", NODE, "i-0fresh")]
    fresh.append(Attachment("csi-newest", "uid-newest", "pv-newest", NODE))  # the driver has not noted it yet
    world.nodes.all_attachments += fresh
    assert world.release().step == "detach"
    assert world.nodes.all_attachments == fresh
    assert world.nodes.deleted == [] and taints(world) == []


def test_a_death_nobody_warned_of_is_handled_by_its_tags() -> None:
    world = DyingWorld()
    world.die()
    assert world.release().step == "taint"
    assert world.record.cluster == "myeks"
    world.nodes.all_attachments, world.nodes.all_pods[NODE] = [], []
    assert world.release().step == "untaint"
    assert world.news.steps[-1].figures["InterruptionsMissed"] == 1


def over(world: DyingWorld) -> dict[str, float]:
    """Let the machine die and its volumes be free; the figures of the incident's close."""
    world.die()
    world.release()
    world.nodes.all_attachments, world.nodes.all_pods[NODE] = [], []
    world.wait(seconds=10)
    world.release()
    assert world.record.closed_at
    return dict(world.news.steps[-1].figures)


def test_a_node_whose_volumes_nobody_saved_rings_when_it_is_over() -> None:
    world = DyingWorld()
    world.warn()
    assert over(world)["VolumesMissed"] == 2


def test_a_node_whose_journal_refused_the_save_rings_when_it_is_over() -> None:
    world = DyingWorld()
    world.warn()
    for _ in range(3):
        world.journal.fail_next("open_run", TemporaryError("no answer"))
        world.save()
        world.wait(seconds=5)
    assert over(world)["VolumesMissed"] == 2


def test_a_node_that_was_saved_does_not_ring_again() -> None:
    world = DyingWorld()
    world.warn()
    world.save()
    assert over(world)["VolumesMissed"] == 0


def test_what_is_not_to_be_snapshotted_is_not_missed() -> None:
    world = DyingWorld(NodeRules(snapshot=Snapshotting.NEVER))
    world.warn()
    assert over(world)["VolumesMissed"] == 0


def unseen(world: DyingWorld, *shown: str) -> None:
    """EC2 shows only these volumes of the machine."""
    world.instances.all[INSTANCE] = an_instance(volumes=shown)


def vanished(world: DyingWorld) -> None:
    """Instance, node, pods and attachments are gone before anybody looks again."""
    world.die()
    world.vanish()


@pytest.mark.parametrize("shown", [(), ("vol-mysql",)])
def test_volumes_that_ec2_did_not_show_ring_by_what_kubernetes_had_attached(shown: tuple[str, ...]) -> None:
    world = DyingWorld()
    unseen(world, *shown)
    world.warn()
    assert over(world)["VolumesMissed"] == 2
    assert "vol-mysql, vol-wordpress" in world.news.steps[-1].reason


def test_volumes_that_ec2_does_not_show_are_saved_and_ring_nobody() -> None:
    world = DyingWorld()
    unseen(world)
    world.warn()
    assert sorted(world.save().snapshots) == ["shop/mysql", "shop/wordpress"]
    assert over(world)["VolumesMissed"] == 0


@pytest.mark.parametrize(
    ("shown", "missed", "words"),
    [((), 1, "it is unknown whether it had data volumes"), (("vol-mysql", "vol-wordpress"), 2, "2 volumes")],
)
def test_a_node_that_vanishes_before_anybody_looks_again_rings(
    shown: tuple[str, ...], missed: int, words: str
) -> None:
    world = DyingWorld()
    unseen(world, *shown)
    world.warn()
    vanished(world)
    assert world.release().step == "done"
    assert world.news.steps[-1].figures["VolumesMissed"] == missed
    assert words in world.news.steps[-1].reason and world.record.closed_at


def test_a_scale_down_of_a_node_without_volumes_rings_nobody() -> None:
    world = DyingWorld()
    unseen(world)
    world.nodes.all_attachments = []
    world.announce(a_notice(world.clock(), Kind.STATE, key="s", action="shutting-down"))
    del world.nodes.nodes[NODE]
    world.save()
    world.nodes.all_pods[NODE] = []
    world.instances.all[INSTANCE] = an_instance(state=InstanceState.TERMINATED, volumes=())
    world.release()
    figures = world.news.steps[-1].figures
    assert (figures["VolumesMissed"], figures["InterruptionsMissed"]) == (0, 0)


def test_a_fresh_save_that_never_came_rings_although_there_is_an_older_one() -> None:
    world = DyingWorld()
    world.announce(a_notice(world.clock(), Kind.REBALANCE, key="r"))
    world.save()
    world.wait(minutes=12)
    world.warn()
    assert over(world)["VolumesMissed"] == 2


@pytest.mark.parametrize("call", ["journal", "news"])
def test_a_death_around_the_news_of_the_end_tells_it_at_least_once(call: str) -> None:
    world = DyingWorld()
    world.warn()
    vanished(world)
    port = world.journal if call == "journal" else world.news
    port.crash_after("write_incident" if call == "journal" else "interruption")
    with pytest.raises(Crash):
        world.release()
    world.release()
    told = [news.figures["VolumesMissed"] for news in world.news.steps if news.step == "over"]
    assert told == [2] * (1 if call == "journal" else 2)
    world.release()
    assert len(told) == [news.step for news in world.news.steps].count("over") and world.record.closed_at


def test_an_end_that_nobody_can_be_told_of_stays_open_until_somebody_is() -> None:
    world = DyingWorld()
    world.warn()
    vanished(world)
    world.news.fail_next("interruption", TemporaryError("no answer"))
    world.release()
    assert not world.record.closed_at
    world.wait(minutes=15)
    world.handler.tick()
    assert world.to_release.sent
    world.release()
    assert world.news.steps[-1].figures["VolumesMissed"] == 2 and world.record.closed_at


def test_a_journal_that_refuses_to_close_rings_in_no_look() -> None:
    world = DyingWorld()
    world.warn()
    vanished(world)
    for _ in range(4):
        world.journal.fail_next("write_incident", PermanentError("denied"))
        with pytest.raises(PermanentError):
            world.release()
    assert [news.step for news in world.news.steps].count("over") == 0
    world.release()
    assert [news.step for news in world.news.steps].count("over") == 1


def test_a_death_over_the_deletions_of_an_unannounced_death_does_not_hide_it() -> None:
    world = DyingWorld()
    world.die()
    del world.nodes.nodes[NODE]
    world.nodes.all_pods[NODE] = []
    world.nodes.all_attachments = world.nodes.all_attachments[:1]
    world.nodes.crash_after("delete_attachment")
    with pytest.raises(Crash):
        world.release()
    assert world.nodes.all_attachments == []
    assert world.release().step == "done"
    assert world.news.steps[-1].figures["InterruptionsMissed"] == 1


def test_what_is_found_to_be_missed_while_it_is_told_is_told_as_well() -> None:
    world = DyingWorld()
    unseen(world, "vol-mysql")
    world.warn()
    vanished(world)
    more = replace(world.record, unsaved=("vol-mysql", "vol-wordpress"))
    world.news.meanwhile("interruption", lambda: world.journal.incidents.all.update({INSTANCE: newer(more)}))

    def newer(record: IncidentRecord) -> IncidentRecord:
        return replace(record, revision=world.record.revision + 1)

    world.release()
    assert not world.record.closed_at
    world.release()
    assert world.news.steps[-1].figures["VolumesMissed"] == 2 and world.record.closed_at


def test_a_foreign_machine_is_left() -> None:
    world = DyingWorld()
    world.instances.all[INSTANCE] = an_instance(state=InstanceState.TERMINATED, tags={})
    assert world.release().step == "not ours"
    assert world.journal.incidents.all == {}


def test_a_foreign_machine_costs_one_call() -> None:
    world = DyingWorld()
    world.instances.all[INSTANCE] = an_instance(state=InstanceState.TERMINATED, tags={})
    for port in (world.journal, world.nodes):
        for call in ("incident", "open"):
            port.fail_next(call, AssertionError("nobody asks for a foreign machine"))
    assert world.release().step == "not ours"


def test_what_is_waited_for_is_published_once() -> None:
    world = DyingWorld()
    terminated(world)
    del world.nodes.nodes[NODE]
    stuck = list(world.nodes.all_attachments)
    for _ in range(5):
        world.release()
        world.nodes.all_attachments, world.nodes.all_pods[NODE] = list(stuck), []
        world.wait(seconds=10)
    assert [news.step for news in world.news.steps].count("released") == 2  # with its pods, and without
    world.nodes.all_attachments = []
    world.release()
    world.release()
    assert [news.step for news in world.news.steps].count("over") == 1


def test_a_dead_machine_without_volumes_makes_no_incident() -> None:
    world = DyingWorld()
    world.die()
    world.nodes.all_attachments, world.nodes.all_pods[NODE] = [], []
    assert world.release().step == "done"
    assert world.journal.incidents.all == {}


def test_who_changes_the_node_meanwhile_is_not_overwritten() -> None:
    world = DyingWorld()
    terminated(world)
    world.nodes.rivals = [NodeChange(annotations={"theirs": "yes"})]
    assert world.release().again
    assert taints(world) == []
    world.release()
    assert taints(world) == [OUT_OF_SERVICE] and world.node.annotations["theirs"] == "yes"


def test_what_never_ends_is_given_up() -> None:
    world = DyingWorld()
    terminated(world)
    world.release(a_notice(world.clock(), Kind.STATE, key="dead", action="terminated"))
    world.wait(minutes=31)
    assert not world.release().again
    assert world.to_release.sent == []


def test_a_copy_of_the_news_changes_nothing() -> None:
    world = DyingWorld()
    terminated(world)
    world.release()
    before = replace(world.record)
    world.release()
    world.release()
    assert world.record.timeline[: len(before.timeline)] == before.timeline
    assert len(world.node.taints) == 1
