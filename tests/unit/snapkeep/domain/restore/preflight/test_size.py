"""Sizes: refused with the figures and the command that works, before anything exists."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapkeep.domain.restore.findings import Finding, Severity
from snapkeep.domain.restore.plans import plan
from snapkeep.domain.restore.preflight.size import sizing
from snapkeep.domain.restore.requests import Expand
from snapkeep.domain.restore.targets import ClassFacts
from snapkeep.domain.sizes import format_quantity
from tests.fakes.preflight_samples import GIB, POINT, a_point, a_request, a_target, the_finding

COMMAND = f"snapkeep restore {POINT} --cluster myeks --namespace shop --as ebs-claim-2 --size"


def test_the_labs_4gi_from_10gi_names_both_sizes_the_minimum_and_the_command_that_works() -> None:
    assert the_finding(a_request(size="4Gi")) == Finding(
        "too_small",
        Severity.ERROR,
        f"shop/ebs-claim-2 asks for 4Gi, but recovery point {POINT} was taken from a volume of 10Gi: it "
        "needs at least 10Gi",
        f"{COMMAND} 10Gi (or --expand auto instead of --size)",
    )


def test_the_command_that_works_avoids_a_name_that_is_taken() -> None:
    taken = a_target(claim_exists=True, free_name="ebs-claim-restored-2")
    found = plan(a_request(size="4Gi", target="ebs-claim-restored"), a_point(), taken).findings
    assert [finding.code for finding in found] == ["too_small", "claim_exists"]
    assert "--as ebs-claim-restored-2 --size 10Gi" in found[0].fix
    assert found[1].fix == "choose another name: --as ebs-claim-restored-2"


def test_decimal_units_are_told_in_bytes_because_they_look_alike() -> None:
    assert the_finding(a_request(size="10G")).text.startswith(
        "shop/ebs-claim-2 asks for 10G (10,000,000,000 bytes), but recovery point"
    )


def test_a_claim_that_asked_50mi_still_needs_the_gib_that_ebs_made() -> None:
    found = the_finding(point=a_point(requested="50Mi", size_bytes=GIB))
    assert (found.code, found.fix) == ("too_small", f"{COMMAND} 1Gi (or --expand auto instead of --size)")


@pytest.mark.parametrize(("ec2", "cluster", "minimum"), [(10, 0, "10Gi"), (4, 10, "10Gi"), (10, 4, "10Gi")])
def test_the_largest_of_what_ec2_and_the_cluster_say_counts(ec2: int, cluster: int, minimum: str) -> None:
    point = a_point(size_bytes=ec2 * GIB, restore_size_bytes=cluster * GIB, requested="")
    assert format_quantity(sizing(a_request(), point).size_bytes) == minimum


def test_a_restore_size_that_is_no_whole_gib_is_rounded_up_as_ebs_does() -> None:
    point = a_point(restore_size_bytes=10 * GIB + 1)
    assert "needs at least 11Gi" in the_finding(point=point).text


def test_expand_auto_raises_the_size_and_says_so() -> None:
    accepted = plan(a_request(size="4Gi", expand=Expand.AUTO), a_point(), a_target())
    assert (accepted.refused, accepted.size_bytes) == (False, 10 * GIB)
    assert [(item.severity, item.text) for item in accepted.findings] == [
        (Severity.INFO, "shop/ebs-claim-2 is raised from 4Gi to 10Gi, the size of the recovery point")
    ]


@pytest.mark.parametrize("size", ["ten", "10GB", "-1Gi", "1e99"])
def test_what_is_no_size_is_refused_with_one_that_works(size: str) -> None:
    found = the_finding(a_request(size=size))
    assert (found.code, found.severity) == ("size_unreadable", Severity.ERROR)
    assert found.fix.startswith(f"{COMMAND} 10Gi")


@pytest.mark.parametrize("size", ["10Gi", "10737418240", "10.5Gi", "11G", "20Gi"])
def test_a_size_that_is_enough_is_taken_as_it_is(size: str) -> None:
    assert plan(a_request(size=size), a_point(), a_target()).findings == ()


@pytest.mark.parametrize("size", ["", "0"])
def test_a_size_that_nobody_knows_is_asked_for(size: str) -> None:
    found = the_finding(a_request(size=size), a_point(size_bytes=0, requested=""))
    assert (found.code, found.severity) == ("size_unknown", Severity.ERROR)
    assert found.text == (
        f"neither EC2 nor the tags say how large the volume of recovery point {POINT} was, and "
        "shop/ebs-claim-2 asks for no size"
    )
    assert found.fix == (
        "aws ec2 describe-snapshots --snapshot-ids snap-1 shows its VolumeSize; request that"
    )


def test_no_size_at_all_is_too_small_as_well() -> None:
    assert the_finding(a_request(size="0")).code == "too_small"


def test_a_volume_type_has_a_smallest_and_a_largest_size() -> None:
    cold = {"sc1": ClassFacts("sc1", "ebs.csi.aws.com", True, "sc1", fs_type="xfs")}
    found = the_finding(a_request(storage_class="sc1"), target=a_target(classes=cold))
    assert found.text == (
        "storage class sc1 creates sc1 volumes, which have at least 125 GiB; 10 GiB were requested"
    )
    assert found.fix == "ask for 125Gi, or choose a class of another type"
    assert plan(a_request(size="65536Gi"), a_point(), a_target()).findings == ()
    huge = the_finding(a_request(size="65537Gi"))
    assert huge.text == (
        "storage class gp3 creates gp3 volumes, which have at most 65536 GiB; 65537 GiB are needed"
    )


@given(st.integers(1, 2**45), st.integers(0, 2**45), st.integers(0, 2**45), st.sampled_from(Expand))
def test_no_size_below_the_minimum_is_ever_accepted(
    asked: int, ec2: int, cluster: int, expand: Expand
) -> None:
    point = a_point(size_bytes=ec2, restore_size_bytes=cluster)
    found = plan(a_request(size=str(asked), expand=expand), point, a_target())
    assert found.refused or found.size_bytes >= max(ec2, cluster)
    if expand is Expand.AUTO:
        assert found.size_bytes >= asked
