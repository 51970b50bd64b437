"""A node whose volumes nobody saved is announced when its incident is over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from snapkeep.domain.errors import PermanentError, TemporaryError
from snapkeep.domain.interruption.instances import InstanceState
from snapkeep.domain.interruption.notices import Kind
from snapkeep.domain.interruption.records import IncidentRecord
from snapkeep.domain.interruption.rules import NodeRules, Snapshotting
from tests.fakes.dying import INSTANCE, NODE, DyingWorld, a_notice, an_instance
from tests.fakes.faults import Crash


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
