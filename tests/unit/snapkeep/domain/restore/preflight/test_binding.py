"""Free volumes that Kubernetes would give a claim instead of making one from the recovery point."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from snapkeep.domain.restore.findings import Finding, Severity
from snapkeep.domain.restore.plans import plan
from snapkeep.domain.restore.targets import FreeVolume
from tests.fakes.preflight_samples import GIB, GP3, a_point, a_request, a_target

AT_ONCE = {"gp3": replace(GP3, waits_for_consumer=False, zones=("ap-northeast-2a",))}


def a_volume(name: str = "free", **changes: Any) -> FreeVolume:
    """A volume of 20 GiB that fits the restore of the samples, but for the changes."""
    given: dict[str, Any] = {
        "name": name,
        "size_bytes": 20 * GIB,
        "storage_class": "gp3",
        "access_modes": ("ReadWriteOnce",),
    }
    return FreeVolume(**(given | changes))


def found(*volumes: FreeVolume, zone: str = "", **target: Any) -> Finding | None:
    planned = plan(a_request(zone=zone), a_point(), a_target(free_volumes=volumes, **target))
    return next((item for item in planned.findings if item.code == "free_volume_wins"), None)


def test_a_free_volume_that_fits_refuses_the_restore_and_says_what_works() -> None:
    finding = found(a_volume("large", size_bytes=40 * GIB), a_volume("small"))
    assert finding is not None and finding.severity is Severity.ERROR
    assert "gives shop/ebs-claim-2 a free volume that fits" in finding.text
    assert finding.text.endswith(": small (20Gi), large (40Gi)")
    assert "--as ebs-claim-2 --size 41Gi; or a class that has no free volume; or " in finding.fix
    assert "kubectl patch pv small --type merge --patch" in finding.fix


def test_what_the_fix_asks_for_is_not_refused_for_it() -> None:
    planned = plan(a_request(size="21Gi"), a_point(), a_target(free_volumes=(a_volume(),)))
    assert not [item for item in planned.findings if item.code == "free_volume_wins"]


@pytest.mark.parametrize(
    "misfit",
    [
        {"size_bytes": 10 * GIB - 1},
        {"storage_class": "other"},
        {"access_modes": ("ReadOnlyMany",)},
        {"volume_mode": "Block"},
    ],
    ids=lambda misfit: next(iter(misfit)),
)
def test_a_volume_that_does_not_fit_wins_nothing(misfit: dict[str, Any]) -> None:
    assert found(a_volume(**misfit)) is None


def test_a_volume_in_one_of_several_zones_may_win_where_the_pod_decides() -> None:
    finding = found(a_volume(zone="ap-northeast-2a"))
    assert finding is not None and finding.severity is Severity.WARNING
    assert "may give" in finding.text
    sure = found(a_volume(zone="ap-northeast-2a"), zone="ap-northeast-2a")
    assert sure is not None and sure.severity is Severity.ERROR


def test_a_class_that_binds_at_once_takes_a_free_volume_of_any_zone() -> None:
    finding = found(a_volume(zone="ap-northeast-2c"), classes=AT_ONCE)
    assert finding is not None and finding.severity is Severity.ERROR


def test_a_volume_reserved_for_the_claim_wins_whatever_its_class() -> None:
    finding = found(a_volume(), a_volume("mine", storage_class="", reserved=True))
    assert finding is not None and finding.severity is Severity.ERROR
    assert finding.fix == "mine is reserved for this claim: choose another name, or remove its claimRef"


def test_of_many_free_volumes_five_are_named() -> None:
    finding = found(*(a_volume(f"pv-{number}") for number in range(7)))
    assert finding is not None and finding.text.endswith("pv-4 (20Gi) and 2 more")
