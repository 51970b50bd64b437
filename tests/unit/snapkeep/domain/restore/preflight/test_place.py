"""Zones: what is promised about them is what Kubernetes can keep."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from snapkeep.domain.restore.findings import Severity
from snapkeep.domain.restore.plans import plan
from snapkeep.domain.restore.targets import ClassFacts
from tests.fakes.preflight_samples import a_point, a_request, a_target, the_finding

NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)
A, B, D = "ap-northeast-2a", "ap-northeast-2b", "ap-northeast-2d"


def classes(*zones: str, waits: bool = True) -> dict[str, ClassFacts]:
    return {"gp3": ClassFacts("gp3", "ebs.csi.aws.com", waits, zones=zones, fs_type="xfs")}


def test_the_zone_of_a_claim_that_waits_is_its_first_pods_and_that_is_told() -> None:
    found = the_finding(a_request(zone=A))
    assert (found.code, found.severity) == ("zone_of_first_pod", Severity.INFO)
    assert found.text == (
        "storage class gp3 creates the volume where its first pod runs: give that pod nodeSelector "
        "topology.kubernetes.io/zone: ap-northeast-2a"
    )
    assert plan(a_request(zone=A), a_point(), a_target()).operation("0" * 16, "ann", NOW).zone == A


def test_a_zone_that_the_class_forbids_is_refused() -> None:
    found = the_finding(a_request(zone=B), target=a_target(classes=classes(A)))
    assert (found.code, found.severity) == ("zone_not_allowed", Severity.ERROR)
    assert found.text == ("storage class gp3 creates volumes in ap-northeast-2a only, not in ap-northeast-2b")


def test_a_zone_without_nodes_is_a_warning() -> None:
    found = the_finding(a_request(zone=D))
    assert (found.code, found.severity) == ("zone_without_nodes", Severity.WARNING)
    assert found.fix == "zones with nodes: ap-northeast-2a, ap-northeast-2b, ap-northeast-2c"


def test_a_class_whose_zones_have_no_nodes_is_a_warning() -> None:
    found = the_finding(target=a_target(classes=classes(D)))
    assert (found.code, found.severity) == ("class_zones_without_nodes", Severity.WARNING)
    assert found.text == (
        "storage class gp3 creates volumes in ap-northeast-2d only, where cluster myeks has no node: no pod "
        "could use the volume"
    )


def test_a_cluster_without_nodes_is_a_warning() -> None:
    found = the_finding(target=a_target(node_zones=frozenset()))
    assert (found.code, found.severity) == ("no_nodes", Severity.WARNING)
    assert found.text == "cluster myeks has no node with a zone now: no pod can use the volume yet"


@pytest.mark.parametrize(
    ("zones", "zone", "where"), [((), "", ""), ((), A, ""), ((A, D), "", f" in {D}, where there is no node,")]
)
def test_a_class_that_binds_at_once_may_strand_the_pod(zones: tuple[str, ...], zone: str, where: str) -> None:
    found = the_finding(a_request(zone=zone), target=a_target(classes=classes(*zones, waits=False)))
    assert (found.code, found.severity) == ("binds_at_once", Severity.WARNING)
    assert found.text == (
        f"storage class gp3 creates the volume at once,{where} in a zone that no pod has chosen: a pod bound "
        "to another zone cannot use it"
    )


@pytest.mark.parametrize("zone", ["", A])
def test_a_class_that_binds_at_once_in_one_zone_is_as_good_as_a_choice(zone: str) -> None:
    assert plan(a_request(zone=zone), a_point(), a_target(classes=classes(A, waits=False))).findings == ()
