"""Writing reports: a page for each cluster; trouble with one stops no other and loses no page."""

from __future__ import annotations

import pytest

from snapkeep.domain.errors import TemporaryError
from snapkeep.services.report.write import WriteReport
from tests.fakes.world import SLOT, World, a_claim


def a_world() -> World:
    world = World(a_claim("data"))
    world.back_up(SLOT)
    return world


def test_the_page_of_a_cluster_is_kept_and_its_counts_are_told() -> None:
    world = a_world()
    assert world.reporter.run("other").written == {}
    summary = world.reporter.run("myeks")
    assert summary.written["myeks"]["protected"] == 1
    assert summary.errors == []
    assert "Everything that can be protected is protected: the 1 claim." in world.pages.all_pages["myeks"][1]


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (TemporaryError("the API server does not answer"), "the API server does not answer"),
        (KeyError("status"), "unexpected KeyError"),
    ],
)
def test_of_a_cluster_that_cannot_be_read_the_page_before_stays_and_the_others_are_written(
    error: Exception, why: str
) -> None:
    world = a_world()
    world.pages.write("myeks", "the page before")

    def make(cluster: str) -> tuple[str, dict[str, int]]:
        if cluster == "myeks":
            raise error
        return "new", {"protected": 1}

    writer = WriteReport(["myeks", "other"], make, world.pages, world.announcer)
    summary = writer.run()
    assert list(summary.written) == ["other"]
    assert summary.errors == [f"myeks: {why}"]
    assert {name: page for name, (_, page) in world.pages.all_pages.items()} == {
        "myeks": "the page before",
        "other": "new",
    }
