"""What events count, and under which dimensions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from snapkeep.adapters.aws.events import EventAnnouncer
from snapkeep.adapters.aws.metrics import WorkCounter
from snapkeep.domain.backup.runs import RunState
from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.proof.progress import Progress
from snapkeep.domain.retention.deletion.brake_refusals import Refusal
from tests.contract.ports.samples import a_point
from tests.unit.snapkeep.adapters.aws.event_bus import NOW, Bus, a_closed_run, failed_points, metrics


def test_metrics_are_counted_even_if_nothing_can_be_published(capsys: pytest.CaptureFixture[str]) -> None:
    full: Any = Bus(failed=1)
    announcer = EventAnnouncer(full, "default")
    for act in (
        lambda: announcer.run_closed(a_closed_run(RunState.FAILED, total=2, failed=2), [], {}),
        lambda: announcer.slot_missed("myeks", "daily", NOW, "late"),
        lambda: announcer.not_locked(a_point(), "denied"),
        lambda: announcer.orphans_found("myeks", {"late snapshot": 1}, 1.0, []),
        lambda: announcer.prune_braked(Refusal("myeks", "t", frozenset({"s"}), "r", NOW, "{}")),
    ):
        with pytest.raises(TemporaryError):
            act()
    counted = set(metrics(capsys.readouterr().out))
    assert {"RunsFailed", "SlotsMissed", "PointsNotLocked", "Orphans", "PrunesBraked"} <= counted


def test_checks_measure_by_cluster_how_far_they_have_come(capsys: pytest.CaptureFixture[str]) -> None:
    WorkCounter().points_checked("myeks", Progress(8, 2, waiting=3, oldest=timedelta(hours=1), suspicious=4))
    told = metrics(capsys.readouterr().out)
    values = {name: found["value"] for name, found in told.items()}
    assert values == {"PointsChecked": [25], "UncheckedAge": [3600], "PointsSuspicious": [4]}
    assert told["PointsChecked"]["dimensions"] == {"service": "snapkeep", "cluster": "myeks"}


def test_a_function_counts_what_it_gave_up_and_nothing_as_a_sign_of_life(
    capsys: pytest.CaptureFixture[str],
) -> None:
    WorkCounter().parts_given_up("prune", 0)
    told = metrics(capsys.readouterr().out)["PartsGivenUp"]
    assert (told["value"], told["dimensions"]) == ([0], {"service": "snapkeep", "function": "prune"})
    assert told["also"] == []


def test_metrics_have_few_dimensions_and_the_same_from_every_function(
    bus: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "record_completion")
    announcer = EventAnnouncer(bus, "default")
    announcer.run_closed(a_closed_run(RunState.FAILED, total=2, failed=2), failed_points(2), {})
    announcer.freshness("myeks", "daily", timedelta(hours=26), ["shop/a", "shop/b"])
    announcer.slot_missed("myeks", "daily", NOW, "late")
    told = metrics(capsys.readouterr().out)
    assert told["RunsFailed"]["value"] == [1]
    assert told["PointsFailed"]["value"] == [2]
    assert told["PointsReady"]["value"] == [0]
    assert told["SlotsMissed"]["value"] == [1]
    assert (told["NewestGoodAge"]["value"], told["NewestGoodAge"]["unit"]) == ([93600], "Seconds")
    for metric in told.values():
        assert metric["namespace"] == "Snapkeep"
        assert metric["dimensions"] == {"service": "snapkeep", "cluster": "myeks", "policy": "daily"}
        assert metric["also"] == [["service"]]


def test_a_policy_is_late_while_it_owes_a_point(bus: Any, capsys: pytest.CaptureFixture[str]) -> None:
    announcer = EventAnnouncer(bus, "default")
    announcer.freshness("myeks", "daily", timedelta(hours=26), ["shop/a", "shop/b"])
    told = metrics(capsys.readouterr().out)
    assert told["ClaimsLate"]["value"] == [2]
    announcer.freshness("myeks", "daily", timedelta(hours=1), [])
    told = metrics(capsys.readouterr().out)
    assert told["ClaimsLate"]["value"] == [0]
