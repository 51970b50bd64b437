"""Taking notices: every cordon first, and one instance in trouble stops no other."""

from __future__ import annotations

import pytest

from snapkeep.domain.errors import ClusterUnreachable, TemporaryError
from snapkeep.domain.interruption.notices import Notice
from snapkeep.services.interruption.incidents import HandleInterruption
from snapkeep.services.interruption.take_notices import TakeNotices
from tests.fakes.dying import INSTANCE, DyingWorld, a_node, a_notice, an_instance


def two_dying() -> tuple[DyingWorld, tuple[Notice, Notice]]:
    world = DyingWorld()
    world.instances.all["i-0other"] = an_instance("i-0other", private_dns="other")
    world.nodes.nodes["other"] = a_node("other", "i-0other")
    notice = a_notice(world.clock())
    return world, (notice, a_notice(world.clock(), instance="i-0other", key="event-2"))


def test_all_nodes_are_cordoned_before_anything_is_made_that_journals() -> None:
    world, notices = two_dying()

    def handler() -> HandleInterruption:
        assert all(world.nodes.nodes[name].unschedulable for name in world.nodes.nodes)
        assert world.journal.incidents.all == {}
        return world.handler

    taken = TakeNotices(world.cordoner, handler).take(notices)
    assert [item.instance for item in taken.handled] == [INSTANCE, "i-0other"]
    assert taken.errors == [] and set(world.journal.incidents.all) == {INSTANCE, "i-0other"}


def test_an_instance_that_cannot_be_looked_at_stops_no_other() -> None:
    world, notices = two_dying()
    world.nodes.fail_next("open", ClusterUnreachable("the API did not answer"))
    taken = TakeNotices(world.cordoner, lambda: world.handler).take(notices)
    assert [item.instance for item in taken.handled] == ["i-0other"]
    assert [str(error) for error in taken.errors] == ["the API did not answer"]


def test_an_incident_that_cannot_be_journaled_stops_no_other() -> None:
    world, notices = two_dying()
    world.journal.incidents.fail_next("incident", TemporaryError("the journal did not answer"))
    taken = TakeNotices(world.cordoner, lambda: world.handler).take(notices)
    assert [item.instance for item in taken.handled] == ["i-0other"]
    assert [str(error) for error in taken.errors] == ["the journal did not answer"]


def test_when_no_instance_could_be_looked_at_nothing_else_is_made() -> None:
    world, (notice, _) = two_dying()
    world.nodes.fail_next("open", ClusterUnreachable("the API did not answer"))

    def handler() -> HandleInterruption:
        raise AssertionError("nothing is to be journaled")

    with pytest.raises(ClusterUnreachable):
        TakeNotices(world.cordoner, handler).take([notice])
