"""Quotas that would refuse the claim, with what is left."""

from __future__ import annotations

import pytest

from snapkeep.domain.drivers import EBS_CSI
from snapkeep.domain.restore.findings import Severity
from snapkeep.domain.restore.plans import plan
from snapkeep.domain.restore.targets import QuotaFacts
from tests.fakes.preflight_samples import POINT, a_point, a_request, a_target, the_finding


def quota(name: str, hard: str, used: str) -> QuotaFacts:
    return QuotaFacts("team", {name: hard}, {name: used})


def test_storage_that_is_used_up_is_told_with_all_figures() -> None:
    found = the_finding(target=a_target(quotas=(quota("requests.storage", "50Gi", "45Gi"),)))
    assert found.text == (
        "quota team of namespace shop allows 50Gi of requests.storage, 45Gi are used, and 10Gi are needed"
    )
    assert found.fix == "raise requests.storage to 55Gi or more, or delete claims"


@pytest.mark.parametrize("name", ["persistentvolumeclaims", "count/persistentvolumeclaims"])
def test_the_number_of_claims_counts_too(name: str) -> None:
    found = the_finding(target=a_target(quotas=(quota(name, "3", "3"),)))
    assert found.text == f"quota team of namespace shop allows 3 of {name}, and 3 are there"


def test_a_class_may_have_a_quota_of_its_own() -> None:
    mine = quota("gp3.storageclass.storage.k8s.io/requests.storage", "5Gi", "0")
    other = quota("gold.storageclass.storage.k8s.io/requests.storage", "5Gi", "0")
    assert the_finding(target=a_target(quotas=(mine,))).code == "quota_storage"
    assert plan(a_request(), a_point(), a_target(quotas=(other,))).findings == ()


def test_a_quota_that_just_fits_refuses_nothing() -> None:
    fits = (quota("requests.storage", "50Gi", "40Gi"), quota("persistentvolumeclaims", "3", "2"))
    assert plan(a_request(), a_point(), a_target(quotas=fits)).findings == ()


def test_a_quota_on_volume_snapshots_refuses_an_import_with_figures_and_nothing_else() -> None:
    name = "count/volumesnapshots.snapshot.storage.k8s.io"
    full = (QuotaFacts("snapshots", {name: "5"}, {name: "5"}),)
    finding = the_finding(target=a_target(quotas=full))
    assert (finding.code, finding.severity) == ("quota_snapshots", Severity.ERROR)
    assert f"quota snapshots of namespace shop allows 5 of {name}, 5 exist" in finding.text
    here = plan(
        a_request(), a_point(volume_snapshot=POINT, snapshot_driver=EBS_CSI.name), a_target(quotas=full)
    )
    assert here.findings == ()
