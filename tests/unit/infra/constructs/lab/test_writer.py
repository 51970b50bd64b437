"""The pod that writes the time."""

from __future__ import annotations

from tests.unit.infra.lab import an_object
from tests.unit.infra.template import Template


def test_the_writer_writes_to_a_claim_of_4gi(lab: Template) -> None:
    claim = an_object(lab, "PersistentVolumeClaim", "ebs-claim")
    pod = an_object(lab, "Pod", "app")
    (volume,) = pod["spec"]["volumes"]
    (container,) = pod["spec"]["containers"]

    assert claim["spec"]["storageClassName"] == "gp3"
    assert claim["spec"]["resources"]["requests"] == {"storage": "4Gi"}
    assert volume["persistentVolumeClaim"]["claimName"] == "ebs-claim"
    assert container["volumeMounts"][0]["mountPath"] == "/data"
    assert "/data/out.txt" in container["command"][-1]
