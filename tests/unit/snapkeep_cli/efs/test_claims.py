"""The volume and the claim of a restored folder are made once, and never over somebody else's."""

from __future__ import annotations

from itertools import count
from typing import Any, cast

import pytest

from snapkeep_cli.cluster.kubectl import Kubectl
from snapkeep_cli.efs.claims import NameTaken, NotBound, make, objects_of
from tests.fakes.person_kubectl import PersonKubectl

RESTORE: dict[str, Any] = {
    "id": "0123456789abcdef",
    "namespace": "shop",
    "target": "uploads",
    "recovery_point": "fs-01234567-20261124t180000z-0123456789",
    "volume_handle": "fs-01234567::fsap-01234567",
    "claim": {"requested": "5Gi", "access_modes": ["ReadWriteMany"]},
}


def made(kubectl: PersonKubectl, **labels: str) -> None:
    ticks = count()
    make(cast(Kubectl, kubectl), RESTORE, labels, clock=lambda: next(ticks), sleep=lambda _: None)


def test_the_claim_is_as_before_on_a_volume_that_stays() -> None:
    volume, claim = objects_of(RESTORE, {"app": "web"})

    assert volume["spec"]["csi"] == {"driver": "efs.csi.aws.com", "volumeHandle": RESTORE["volume_handle"]}
    assert volume["spec"]["persistentVolumeReclaimPolicy"] == "Retain"
    assert volume["spec"]["capacity"] == {"storage": "5Gi"} and volume["spec"]["storageClassName"] == ""
    assert (volume["spec"]["claimRef"]["namespace"], volume["spec"]["claimRef"]["name"]) == (
        "shop",
        "uploads",
    )
    assert claim["spec"]["volumeName"] == volume["metadata"]["name"]
    assert claim["spec"]["resources"] == {"requests": {"storage": "5Gi"}}
    assert claim["metadata"]["labels"]["app"] == "web"


def test_a_claim_whose_backup_knows_neither_size_nor_modes_gets_usual_ones() -> None:
    _, claim = objects_of({**RESTORE, "claim": {"requested": "", "access_modes": []}}, {})

    assert claim["spec"]["accessModes"] == ["ReadWriteMany"]
    assert claim["spec"]["resources"] == {"requests": {"storage": "1Gi"}}


def test_who_makes_them_again_makes_nothing_more() -> None:
    kubectl = PersonKubectl()
    for _ in range(2):
        made(kubectl)

    assert kubectl.left() == [
        "PersistentVolume snapkeep-efs-0123456789abcdef",
        "PersistentVolumeClaim uploads",
    ]
    assert len(kubectl.made) == 2


def test_a_claim_of_somebody_else_is_left_alone() -> None:
    kubectl = PersonKubectl()
    kubectl.create({"kind": "PersistentVolumeClaim", "metadata": {"name": "uploads", "namespace": "shop"}})

    with pytest.raises(
        NameTaken, match="PersistentVolumeClaim shop/uploads exists and is not of this restore"
    ):
        made(kubectl)


def test_a_claim_that_does_not_bind_is_said() -> None:
    with pytest.raises(NotBound, match="claim shop/uploads is Pending, not bound to snapkeep-efs-0123"):
        made(PersonKubectl(binds=False))
