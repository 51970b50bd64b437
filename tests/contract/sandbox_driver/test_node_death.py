"""A dead machine in Kubernetes: what hangs by itself, and what an out-of-service taint or a deleted
VolumeAttachment sets free."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.driver.node_death import OUT_OF_SERVICE, UNREACHABLE
from tests.contract.sandbox_driver.lab import Lab

Object = dict[str, Any]
TAINT = {"key": OUT_OF_SERVICE, "value": "nodeshutdown", "effect": "NoExecute"}


@pytest.fixture
def dead(lab: Lab) -> Iterator[Lab]:
    """A deployment with a volume whose machine i-1 has just been terminated; node two could take it."""
    lab.driver.control({"node_grace_seconds": 0.2, "cloud_controller": "missing"})
    lab.node("one", "ap-northeast-2a", "i-1")
    lab.bound_claim("data")
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
    spec = {"containers": [{"name": "main", "image": "mysql"}], "volumes": volumes}
    template = {"metadata": {"labels": {"app": "db"}}, "spec": spec}
    deployment = {"replicas": 1, "selector": {"matchLabels": {"app": "db"}}, "template": template}
    lab.store.create("deployments", "default", {"metadata": {"name": "db"}, "spec": deployment})
    lab.until(lambda: running_on(lab, "one"), "db runs")
    lab.node("two", "ap-northeast-2a", "i-2")
    lab.machines["i-1"] = "terminated"
    lab.until(lambda: ready(lab, "one") == "Unknown", "one is silent")
    yield lab


def ready(lab: Lab, name: str) -> str:
    node = lab.get("nodes", name, None)
    conditions = node["status"]["conditions"] if node else []
    return next((each["status"] for each in conditions if each["type"] == "Ready"), "")


def running_on(lab: Lab, node: str) -> Object | None:
    pods = [each for each in lab.store.list("pods") if each["spec"].get("nodeName") == node]
    return pods[0] if pods and pods[0]["status"]["phase"] == "Running" else None


def holders(lab: Lab) -> set[str]:
    return {each["spec"]["nodeName"] for each in lab.store.list("volumeattachments")}


def evict_by_hand(lab: Lab) -> None:
    pod = running_on(lab, "one")
    assert pod is not None
    lab.store.delete("pods", "default", pod["metadata"]["name"], grace_seconds=0)


def test_a_node_whose_machine_died_is_not_ready_and_unreachable(dead: Lab) -> None:
    node = dead.get("nodes", "one", None)

    assert node is not None
    taints = {(each["key"], each["effect"]) for each in node["spec"]["taints"]}
    assert taints >= {(UNREACHABLE, "NoSchedule"), (UNREACHABLE, "NoExecute")}


def test_its_volume_hangs_although_its_pod_is_gone(dead: Lab) -> None:
    evict_by_hand(dead)

    pod = dead.until(
        lambda: next(
            (each for each in dead.store.list("pods") if each["spec"].get("nodeName") == "two"), None
        )
    )
    dead.until(lambda: dead.texts(pod["metadata"]["name"], "FailedAttachVolume"), "it is said to hang")
    assert holders(dead) == {"one"}


def test_kubernetes_takes_the_volume_by_itself_in_the_end(dead: Lab) -> None:
    dead.driver.control({"force_detach_seconds": 0.5})

    evict_by_hand(dead)

    dead.until(lambda: running_on(dead, "two"), "db runs elsewhere")


def test_an_out_of_service_taint_moves_pods_and_volumes_at_once(dead: Lab) -> None:
    dead.store.update("nodes", None, "one", lambda node: node["spec"]["taints"].append(TAINT))

    dead.until(lambda: running_on(dead, "two") and holders(dead) == {"two"}, "db runs elsewhere")


def test_a_deleted_attachment_lets_its_volume_go(dead: Lab) -> None:
    evict_by_hand(dead)
    (stale,) = dead.store.list("volumeattachments")

    dead.store.delete("volumeattachments", None, stale["metadata"]["name"])

    dead.until(lambda: running_on(dead, "two") and holders(dead) == {"two"}, "db runs elsewhere")


def test_nothing_on_a_dead_machine_ends_by_being_asked(dead: Lab) -> None:
    pod = running_on(dead, "one")
    assert pod is not None
    dead.store.delete("pods", "default", pod["metadata"]["name"], grace_seconds=30)

    dead.driver.control({})  # everything is looked at once more
    dead.until(lambda: "deletionTimestamp" in (dead.get("pods", pod["metadata"]["name"]) or {})["metadata"])
    assert holders(dead) == {"one"}


def test_the_cloud_controller_deletes_the_node_of_a_terminated_machine(
    dead: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.driver.node_death.CLOUD_LOOKS_EVERY", 0.1)

    dead.driver.control({"cloud_controller": "running"})

    dead.until(lambda: dead.get("nodes", "one", None) is None, "node one is deleted")


def test_the_node_of_a_stopped_machine_is_ready_again_when_it_runs(lab: Lab) -> None:
    lab.driver.control({"node_grace_seconds": 0.1})
    lab.node("one", "ap-northeast-2a", "i-1")
    lab.machines["i-1"] = "stopped"
    lab.until(lambda: ready(lab, "one") == "Unknown")

    lab.machines["i-1"] = "running"

    lab.until(lambda: ready(lab, "one") == "True", "one is ready again")
    assert not (lab.get("nodes", "one", None) or {})["spec"].get("taints")
