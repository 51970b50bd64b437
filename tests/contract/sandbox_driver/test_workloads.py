"""Pods, their places and their volumes: as much of a cluster as backups and interruptions can notice."""

from __future__ import annotations

from typing import Any

from tests.contract.sandbox_driver.lab import Lab

Object = dict[str, Any]


def _template(app: str, claim: str = "", **spec: Any) -> Object:
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": claim}}] if claim else []
    containers = [{"name": "main", "image": "busybox"}]
    return {
        "metadata": {"labels": {"app": app}},
        "spec": {"containers": containers, "volumes": volumes, **spec},
    }


def _deployment(lab: Lab, name: str, template: Object, replicas: int = 1) -> None:
    selector = {"matchLabels": template["metadata"]["labels"]}
    spec = {"replicas": replicas, "selector": selector, "template": template}
    lab.store.create("deployments", "default", {"metadata": {"name": name}, "spec": spec})


def _running(lab: Lab, app: str, count: int = 1) -> list[Object]:
    """Wait until so many pods of the app run, and no others are left."""

    def found() -> list[Object] | None:
        pods = [each for each in lab.store.list("pods") if each["metadata"]["labels"].get("app") == app]
        ready = [each for each in pods if each["status"]["phase"] == "Running"]
        return ready if len(ready) == len(pods) == count else None

    pods: list[Object] = lab.until(found, f"{count} pods of {app} run")
    return pods


def test_the_volume_of_a_running_pod_is_attached_to_the_instance_of_its_node(lab: Lab) -> None:
    lab.node("one", "ap-northeast-2a", "i-0abc")
    volume = lab.bound_claim("data")
    lab.pod("app", ["data"])
    lab.until(lambda: lab.phase("app") == "Running")

    handle = volume["spec"]["csi"]["volumeHandle"]
    assert lab.ec2.volumes[handle].attachments == {"i-0abc": "/dev/xvdaa"}
    attachment = lab.store.list("volumeattachments")[0]
    assert attachment["spec"]["source"] == {"persistentVolumeName": volume["metadata"]["name"]}
    assert attachment["spec"]["nodeName"] == "one"
    assert attachment["status"]["attached"] is True
    assert attachment["metadata"]["annotations"]["csi.alpha.kubernetes.io/node-id"] == "i-0abc"

    lab.store.delete("pods", "default", "app")
    lab.until(lambda: lab.store.list("volumeattachments") == [])
    assert lab.ec2.volumes[handle].attachments == {}


def test_an_evicted_pod_comes_back_on_another_node_with_its_volume(lab: Lab) -> None:
    lab.node("one", "ap-northeast-2a", "i-1")
    volume = lab.bound_claim("data")["spec"]["csi"]["volumeHandle"]
    _deployment(lab, "web", _template("web", "data"))
    pod = _running(lab, "web")[0]
    lab.node("two", "ap-northeast-2a", "i-2")

    lab.store.update("nodes", None, "one", lambda node: node["spec"].update(unschedulable=True))
    lab.store.delete("pods", "default", pod["metadata"]["name"], grace_seconds=30)

    moved = lab.until(
        lambda: lab.ec2.volumes[volume].attachments == {"i-2": "/dev/xvdaa"} and _running(lab, "web")
    )
    assert moved[0]["spec"]["nodeName"] == "two"
    assert moved[0]["metadata"]["ownerReferences"][0]["kind"] == "ReplicaSet"


def test_a_pod_with_a_volume_cannot_leave_the_zone_of_the_volume(lab: Lab) -> None:
    lab.node("one", "ap-northeast-2a")
    lab.bound_claim("data")
    lab.node("far", "ap-northeast-2c")
    lab.store.update("nodes", None, "one", lambda node: node["spec"].update(unschedulable=True))

    lab.pod("app", ["data"])

    text = lab.until(lambda: lab.texts("app", "FailedScheduling"))[0]
    assert text == (
        "0/2 nodes are available: 1 node(s) didn't match PersistentVolume's node affinity, "
        "1 node(s) were unschedulable."
    )


def test_a_cordoned_node_carries_the_taint_until_it_is_uncordoned(lab: Lab) -> None:
    lab.node("one", "ap-northeast-2a")
    lab.store.update("nodes", None, "one", lambda node: node["spec"].update(unschedulable=True))

    def taints() -> list[Object]:
        node = lab.get("nodes", "one", None)
        return list(node["spec"].get("taints", [])) if node else []

    lab.until(taints)
    assert [(each["key"], each["effect"]) for each in taints()] == [
        ("node.kubernetes.io/unschedulable", "NoSchedule")
    ]

    lab.store.update("nodes", None, "one", lambda node: node["spec"].pop("unschedulable"))
    lab.until(lambda: not taints())


def test_a_stateful_set_makes_its_pods_in_order_with_a_claim_each(lab: Lab) -> None:
    lab.node("one", "ap-northeast-2a")
    lab.storage_class("gp3", mode="WaitForFirstConsumer")
    claim = {
        "metadata": {"name": "data"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "gp3",
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }
    spec = {
        "replicas": 2,
        "selector": {"matchLabels": {"app": "db"}},
        "template": _template("db"),
        "volumeClaimTemplates": [claim],
    }
    lab.store.create("statefulsets", "default", {"metadata": {"name": "db"}, "spec": spec})

    pods = _running(lab, "db", 2)

    assert [pod["metadata"]["name"] for pod in pods] == ["db-0", "db-1"]
    assert lab.is_bound("data-db-0") and lab.is_bound("data-db-1")
    lab.store.delete("pods", "default", "db-0")
    lab.until(lambda: lab.phase("db-0") == "Running", "it comes back under its name")
    assert len(lab.ec2.volumes) == 2


def test_a_new_template_replaces_the_pods_and_deleting_the_deployment_removes_them(lab: Lab) -> None:
    lab.node("one", "ap-northeast-2a")
    _deployment(lab, "web", _template("web"), replicas=2)
    before = {pod["metadata"]["name"] for pod in _running(lab, "web", 2)}

    lab.store.update(
        "deployments",
        "default",
        "web",
        lambda obj: obj["spec"]["template"]["spec"]["containers"][0].update(image="busybox:2"),
    )
    lab.until(lambda: before.isdisjoint({pod["metadata"]["name"] for pod in _running(lab, "web", 2)}))

    lab.store.delete("deployments", "default", "web")
    lab.until(lambda: lab.store.list("pods") == [] and lab.store.list("replicasets") == [])


def test_pod_affinity_keeps_a_pod_beside_its_friend(lab: Lab) -> None:
    for name in ("one", "two", "three"):
        lab.node(name, "ap-northeast-2a", **{"kubernetes.io/hostname": name})
    term = {
        "topologyKey": "kubernetes.io/hostname",
        "labelSelector": {"matchLabels": {"app": "db"}},
    }
    affinity = {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    _deployment(lab, "web", _template("web", affinity=affinity), replicas=2)
    _deployment(lab, "db", _template("db"))

    home = _running(lab, "db")[0]["spec"]["nodeName"]

    assert {pod["spec"]["nodeName"] for pod in _running(lab, "web", 2)} == {home}


def test_a_budget_counts_healthy_pods(lab: Lab) -> None:
    lab.node("one", "ap-northeast-2a")
    spec = {"minAvailable": 2, "selector": {"matchLabels": {"app": "web"}}}
    lab.store.create("poddisruptionbudgets", "default", {"metadata": {"name": "web"}, "spec": spec})
    _deployment(lab, "web", _template("web"), replicas=2)
    _running(lab, "web", 2)

    def status() -> Object:
        found = lab.get("poddisruptionbudgets", "web")
        return dict(found.get("status", {})) if found else {}

    lab.until(lambda: status().get("currentHealthy") == 2)
    assert status()["desiredHealthy"] == 2
    assert status()["disruptionsAllowed"] == 0

    lab.store.update("deployments", "default", "web", lambda obj: obj["spec"].update(replicas=3))
    lab.until(lambda: status()["disruptionsAllowed"] == 1)


def test_pods_of_a_node_that_is_gone_are_started_elsewhere(lab: Lab) -> None:
    lab.node("one", "ap-northeast-2a")
    _deployment(lab, "web", _template("web"))
    _running(lab, "web")
    lab.node("two", "ap-northeast-2a")

    lab.store.delete("nodes", None, "one")

    assert lab.until(lambda: _running(lab, "web")[0]["spec"]["nodeName"] == "two")


def test_a_pod_waits_for_the_secret_that_it_names(lab: Lab) -> None:
    lab.node("one", "ap-northeast-2a", "i-0abc")
    needed = {"secretKeyRef": {"name": "db", "key": "password"}}
    optional = {"secretKeyRef": {"name": "extra", "key": "x", "optional": True}}
    environment = [{"name": "A", "valueFrom": needed}, {"name": "B", "valueFrom": optional}]
    lab.store.create("pods", "default", _pod_with("web", env=environment))

    def waiting() -> Object | None:
        (status,) = lab.store.get("pods", "default", "web").get("status", {}).get("containerStatuses") or [{}]
        found: Object | None = status.get("state", {}).get("waiting")
        return found

    assert lab.until(waiting) == {
        "reason": "CreateContainerConfigError",
        "message": 'secret "db" not found',
    }
    assert lab.phase("web") == "Pending"
    lab.store.create("secrets", "default", {"metadata": {"name": "db"}})
    lab.until(lambda: lab.phase("web") == "Running")


def test_a_pod_waits_for_the_config_map_that_it_mounts(lab: Lab) -> None:
    lab.node("one", "ap-northeast-2a", "i-0abc")
    volumes = [{"name": "conf", "configMap": {"name": "settings"}}]
    lab.store.create("pods", "default", _pod_with("web", volumes=volumes))

    def told() -> bool:
        texts = [each["message"] for each in lab.store.list("events") if each["reason"] == "FailedMount"]
        return 'MountVolume.SetUp failed for volume "conf" : configmap "settings" not found' in texts

    lab.until(told)
    lab.store.create("configmaps", "default", {"metadata": {"name": "settings"}})
    lab.until(lambda: lab.phase("web") == "Running")


def _pod_with(name: str, env: list[Object] | None = None, volumes: list[Object] | None = None) -> Object:
    container = {"name": "main", "image": "busybox", "env": env or []}
    return {"metadata": {"name": name}, "spec": {"containers": [container], "volumes": volumes or []}}
