"""The service's cost is usage times price; storage is an upper bound."""

from __future__ import annotations

import pytest

from snapkeep.domain.report.cost import (
    DAYS,
    PER_BACKUP,
    PER_KEPT,
    PER_STACK,
    Fleet,
    Usage,
    dollars,
    month_of,
    storage_at_most,
    storage_likely,
    total,
)

GIB = 2**30


def test_a_fleet_pays_for_every_backup_of_the_month() -> None:
    daily = month_of(Fleet(volumes=100))["backups"]
    twice = month_of(Fleet(volumes=100, backups_a_day=2))["backups"]

    assert daily.writes == pytest.approx(PER_BACKUP.writes * 100 * DAYS)
    assert twice.writes == pytest.approx(2 * daily.writes)


def test_every_kept_point_is_looked_at_and_costs_the_same_every_month() -> None:
    month = month_of(Fleet(volumes=100, kept=7, backups_a_day=0))

    assert month["kept points"] == PER_KEPT * 700
    assert month["backups"] == month["deletions"] == Usage()


def test_a_deployment_without_volumes_still_costs_its_schedules_and_empty_receives() -> None:
    month = month_of(Fleet(volumes=0, clusters=0))

    assert month["backups"] == Usage()
    assert total(month) == pytest.approx(sum(dollars(PER_STACK).values()))


def test_cost_grows_with_stacks_policies_and_alarms() -> None:
    small = total(month_of(Fleet(volumes=1_000, clusters=10)))

    assert total(month_of(Fleet(volumes=1_000, clusters=10, stacks=2))) > small
    assert total(month_of(Fleet(volumes=1_000, clusters=10, policies=2))) > small
    assert total(month_of(Fleet(volumes=1_000, clusters=10, alarms=10))) == pytest.approx(small + 1.0)


def test_dollars_name_only_what_costs_something() -> None:
    assert dollars(Usage(writes=1e6, log_gib=2)) == pytest.approx({"writes": 0.625, "log_gib": 1.0})


def test_prices_can_be_those_of_another_region() -> None:
    assert total({"work": Usage(writes=3)}, Usage(writes=2.0)) == 6.0


def test_a_snapshot_costs_no_more_than_its_volume_in_whole_gib() -> None:
    assert storage_at_most(10 * GIB) == pytest.approx(0.5)
    assert storage_at_most(10 * GIB + 1) == pytest.approx(0.55)


def test_snapshots_share_what_did_not_change() -> None:
    assert storage_likely(100, kept=1, change=0.5) == pytest.approx(5.0)
    assert storage_likely(100, kept=11, change=0.1) == pytest.approx(10.0)
    assert storage_likely(100, kept=3, change=1) == pytest.approx(15.0)
