"""Links to reports: of clusters of the config, once a page was written."""

from __future__ import annotations

from datetime import timedelta

import pytest

from snapkeep.domain.errors import NotFound, UnknownCluster
from snapkeep.services.report.show import ShowReport
from tests.fakes.world import World, a_claim


def test_a_link_ends_after_five_minutes() -> None:
    world = World(a_claim("data"))
    show = ShowReport(world.deployment, world.pages)
    with pytest.raises(NotFound, match="no report of cluster myeks has been written yet: write_report runs"):
        show.link("myeks")
    world.pages.write("myeks", "page")
    assert show.link("myeks").expires_at - world.clock() == timedelta(minutes=5)


def test_a_cluster_nobody_named_is_refused_whatever_the_bucket_holds() -> None:
    world = World(a_claim("data"))
    world.pages.write("gone", "page")
    with pytest.raises(UnknownCluster):
        ShowReport(world.deployment, world.pages).link("gone")
