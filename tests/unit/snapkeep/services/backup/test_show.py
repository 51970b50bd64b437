"""A backup is shown page by page, and a tenant sees only what concerns its namespace."""

from __future__ import annotations

import pytest

from snapkeep.domain.backup.on_demand import OnDemandRequest
from snapkeep.domain.errors import NotFound
from snapkeep.domain.policies import Selection
from snapkeep.wiring.api import show_backup
from tests.fakes.saving import SavingWorld, run_of
from tests.fakes.world import SLOT, World, a_claim


@pytest.mark.parametrize(("count", "full"), [(5, 3), (4, 2)], ids=["a rest", "whole pages"])
def test_any_run_is_shown_with_its_points_page_by_page_and_what_it_left(count: int, full: int) -> None:
    excluded = a_claim("cache", labels={"snapkeep.io/exclude": "true"})
    world = World(*[a_claim(f"data-{number}") for number in range(count)], excluded)
    run = world.backup()
    assert run is not None
    shown, pages, after = [], 0, ""
    while pages == 0 or after:
        show = show_backup(world.ports()).show
        status = show("myeks", run.id, "", 2, after)
        shown += [point.claim.name for point in status.points]
        after, pages = status.following, pages + 1
    assert (sorted(shown), pages) == ([f"data-{number}" for number in range(count)], full)
    assert [(item.subject, item.code) for item in status.skipped] == [("shop/cache", "excluded")]
    assert status.run.total == count


def test_a_backup_is_not_found_in_another_cluster_or_namespace() -> None:
    world = World(a_claim("data"))
    world.backup(SLOT)
    show = show_backup(world.ports()).show
    wish = OnDemandRequest(selection=Selection(namespaces=("shop",)), namespace="shop")
    own = world.request_backup.accept("myeks", wish, "one")
    scheduled = "myeks.nightly.20261124T180000Z"
    assert show("myeks", own.id, "shop", 10, "").run == own
    for cluster, name, namespace in [
        ("other", scheduled, ""),
        ("myeks", scheduled, "bank"),
        ("myeks", own.id, "bank"),
        ("myeks", "myeks.nightly.20200101T000000Z", ""),
    ]:
        with pytest.raises(NotFound, match="has no backup"):
            show(cluster, name, namespace, 10, "")


def test_a_run_is_shown_with_the_objects_that_were_saved_with_it() -> None:
    world = SavingWorld()
    world.back_up(SLOT)
    assert show_backup(world.ports()).show("myeks", run_of(), "", 10, "").objects == ()
    world.save()
    status = show_backup(world.ports()).show("myeks", run_of(), "", 10, "")
    assert [(each.subject.namespace, each.objects) for each in status.objects] == [("shop", 2), ("store", 2)]


def two_tenants() -> World:
    """A night in which shop's data shares a volume with bank's, and bank's log has none."""
    lost = a_claim("log", namespace="bank", labels={"snapkeep.io/exclude": "true"})
    shop = [a_claim("data"), a_claim("more"), a_claim("tmp", labels={"snapkeep.io/exclude": "true"})]
    world = World(*shop, a_claim("data", namespace="bank"), lost)
    world.back_up(SLOT)
    return world


def test_a_scheduled_run_is_shown_as_far_as_it_concerns_a_namespace() -> None:
    show = show_backup(two_tenants().ports()).show
    status = show("myeks", run_of(), "shop", 10, "")
    assert {(each.claim.namespace, each.claim.name) for each in status.points} == {
        ("shop", "data"),
        ("shop", "more"),
    }
    assert (status.run.total, status.run.ready, status.run.failed) == (2, 2, 0)
    assert [each.subject for each in status.skipped] == ["shop/tmp"]
    assert status.run.skipped == {"excluded": 1}
    assert not any(each.sharers for each in status.points)
    first = show("myeks", run_of(), "shop", 1, "")
    second = show("myeks", run_of(), "shop", 1, first.following)
    assert [*first.points, *second.points] == status.points and second.following == ""


def test_objects_of_other_namespaces_are_not_shown() -> None:
    world = SavingWorld()
    world.back_up(SLOT)
    world.save()
    status = show_backup(world.ports()).show("myeks", run_of(), "shop", 10, "")
    assert [each.subject.namespace for each in status.objects] == ["shop"]


def test_a_cluster_wide_request_is_not_shown_in_a_namespace() -> None:
    world = World(a_claim("data"))
    wish = OnDemandRequest(selection=Selection(namespaces=("*",)))
    run = world.request_backup.accept("myeks", wish, "one")
    world.plan_backup.run(*world.starter.started.pop(0), world.owner())
    with pytest.raises(NotFound, match="has no backup"):
        show_backup(world.ports()).show("myeks", run.id, "shop", 10, "")
