"""write_report: a tick writes the page of every cluster and tells the counts."""

from __future__ import annotations

from lambdas.write_report.handler import handle
from tests.fakes.world import World
from tests.unit.lambdas.conftest import Context, Load


def test_a_tick_writes_the_pages(world: World, sample: Load, context: Context) -> None:
    world.back_up(world.clock())
    answer = handle(sample("write_report/tick"), context)
    assert answer["written"]["myeks"]["protected"] == 2
    assert answer["errors"] == []
    assert "<title>myeks · Snapkeep report</title>" in world.pages.all_pages["myeks"][1]
