"""News of a cluster: told once, told again after a change, and never lost because the bus was busy."""

from __future__ import annotations

import pytest

from snapkeep.domain.errors import TemporaryError
from snapkeep.services.retention.news import PruneNews
from tests.fakes import Crash, FakeAnnouncer, MemoryJournal, TestClock
from tests.fakes.world import SLOT


class Story:
    def __init__(self) -> None:
        self.journal, self.announcer = MemoryJournal(), FakeAnnouncer()
        prunes, troubles = self.journal.prunes, self.journal.troubles
        self.news = PruneNews(prunes, troubles, self.announcer, TestClock(SLOT))


def test_a_cluster_is_gone_once_until_it_was_back() -> None:
    story = Story()
    assert [story.news.frozen("myeks", "no such cluster") for _ in range(3)] == [True, False, False]
    story.news.orphaned("myeks", {})
    assert story.news.frozen("myeks", "no such cluster")
    assert story.announcer.gone == [("myeks", "no such cluster")] * 2


def test_a_removed_policy_is_told_once_and_again_if_it_was_back() -> None:
    story = Story()
    story.news.orphaned("myeks", {"nightly": 7})
    story.news.orphaned("myeks", {"nightly": 6, "weekly": 2})
    assert story.announcer.orphaned == [("myeks", "nightly", 7), ("myeks", "weekly", 2)]
    story.news.orphaned("myeks", {})
    story.news.orphaned("myeks", {"nightly": 6})
    assert story.announcer.orphaned[2:] == [("myeks", "nightly", 6)]
    story.news.orphaned("other", {"nightly": 1})
    assert story.announcer.orphaned[3:] == [("other", "nightly", 1)]


@pytest.mark.parametrize("port", ["announcer", "journal"])
def test_what_could_not_be_told_or_journaled_is_told_next_time(port: str) -> None:
    story = Story()
    methods = {
        "announcer": ("cluster_gone", "policy_orphaned"),
        "journal": ("record_announced", "record_announced"),
    }
    gone, orphaned = methods[port]
    getattr(story, port).fail_next(gone, TemporaryError("busy"))
    assert story.news.frozen("myeks", "no such cluster")
    assert story.news.frozen("myeks", "no such cluster")
    getattr(story, port).fail_next(orphaned, TemporaryError("busy"))
    for _ in range(2):
        story.news.orphaned("myeks", {"nightly": 7})
    assert story.announcer.orphaned[-1] == ("myeks", "nightly", 7)
    assert story.journal.prunes.announced("myeks").orphaned == ("nightly",)


def test_a_death_between_telling_and_journaling_tells_twice_rather_than_never() -> None:
    story = Story()
    story.announcer.crash_after("policy_orphaned")
    with pytest.raises(Crash):
        story.news.orphaned("myeks", {"nightly": 7})
    story.news.orphaned("myeks", {"nightly": 7})
    assert story.announcer.orphaned == [("myeks", "nightly", 7)] * 2


def test_a_policy_that_cannot_be_told_makes_no_other_be_told_again() -> None:
    story = Story()
    points = {"nightly": 7, "weekly": 2}
    tell = story.announcer.policy_orphaned

    def refusing(cluster: str, policy: str, count: int) -> None:
        if policy == "weekly":
            raise TemporaryError("busy")
        tell(cluster, policy, count)

    story.announcer.policy_orphaned = refusing  # type: ignore[method-assign]
    assert [story.news.orphaned("myeks", points) for _ in range(3)] == ["busy"] * 3
    assert story.announcer.orphaned == [("myeks", "nightly", 7)]
    story.announcer.policy_orphaned = tell  # type: ignore[method-assign]
    assert story.news.orphaned("myeks", points) == ""
    assert story.announcer.orphaned == [("myeks", "nightly", 7), ("myeks", "weekly", 2)]
