"""Volumes behind claims: within reach of take_snapshots, and their keys usable."""

from __future__ import annotations

import pytest

from snapkeep_cli.config.volume_tags import KUBERNETES_VOLUMES
from snapkeep_cli.doctor.checks.volumes import keys, volumes
from snapkeep_cli.doctor.facts import Unknown, Volume
from snapkeep_cli.doctor.findings import Verdict
from tests.fakes.doctor_samples import DRIVER_VOLUME, KEY, healthy


def test_adopted_volumes_are_named_and_tagged() -> None:
    adopted = [Volume(f"vol-a{number}", f"shop/old-{number}", {"Name": "old"}) for number in range(7)]

    bad, good = volumes(healthy(volumes=(*adopted, DRIVER_VOLUME)))

    assert good.text == "1 of 8 EBS volumes of claims are within reach"
    assert "7 of 8 volumes carry no Kubernetes tag" in bad.text
    assert "shop/old-0 (vol-a0)" in bad.text and "and 2 more" in bad.text
    assert bad.fix == (
        "aws ec2 create-tags --resources vol-a0 vol-a1 vol-a2 vol-a3 vol-a4 vol-a5 vol-a6 "
        "--tags Key=snapkeep:managed,Value=true --region eu-west-1"
    )


@pytest.mark.parametrize(("key", "value"), [(key, value) for _, key, value in KUBERNETES_VOLUMES])
def test_every_tag_that_iam_accepts_is_enough(key: str, value: str) -> None:
    (found,) = volumes(healthy(volumes=(Volume("vol-1", "shop/data", {key: value.replace("*", "x")}),)))

    assert found.verdict is Verdict.OK


def test_a_tag_with_another_value_is_not_enough() -> None:
    marked = Volume("vol-1", "shop/data", {"ebs.csi.aws.com/cluster": "false"})

    (found,) = volumes(healthy(volumes=(marked,)))

    assert found.verdict is Verdict.PROBLEM


def test_a_claim_whose_volume_is_gone_is_told() -> None:
    (found,) = volumes(healthy(volumes=(Volume("vol-9", "shop/lost", None),)))

    assert "no volume vol-9, to which claim shop/lost is bound" in found.text
    assert found.fix == "kubectl describe pvc lost --namespace shop"


def test_no_volumes_are_no_trouble() -> None:
    (found,) = volumes(healthy(volumes=()))

    assert found.verdict is Verdict.OK


@pytest.mark.parametrize(
    ("state", "command"),
    [
        ("Disabled", f"aws kms enable-key --key-id {KEY} --region eu-west-1"),
        ("PendingDeletion", f"aws kms cancel-key-deletion --key-id {KEY} --region eu-west-1 && aws kms "),
        ("Unavailable", f"aws kms describe-key --key-id {KEY} --region eu-west-1"),
    ],
)
def test_a_key_that_cannot_be_used_names_the_claims_that_need_it(state: str, command: str) -> None:
    (found,) = keys(healthy(keys={KEY: state}))

    assert found.verdict is Verdict.PROBLEM
    assert f"is {state}" in found.text and "shop/data" in found.text
    assert found.fix.startswith(command)


def test_a_key_of_another_account_may_not_tell() -> None:
    (found,) = keys(healthy(keys={KEY: Unknown("DescribeKey: AccessDeniedException")}))

    assert found.verdict is Verdict.CANNOT_TELL
