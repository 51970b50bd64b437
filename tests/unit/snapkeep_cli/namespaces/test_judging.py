"""What is missing of a namespace that comes back, and why."""

from __future__ import annotations

from typing import Any

import pytest

from snapkeep_cli.namespaces.judging import Seen, Trouble, judge

Document = dict[str, Any]

READY = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
SECRET = [{"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "login", "key": "a"}}}]}]


def item(kind: str, name: str, owner: str = "", **fields: Any) -> Document:
    """An object; the owner is KIND/NAME."""
    metadata: Document = {"name": name, **fields.pop("metadata", {})}
    if owner:
        of, _, named = owner.partition("/")
        metadata["ownerReferences"] = [{"kind": of, "name": named, "controller": True}]
    return {"kind": kind, "metadata": metadata, **fields}


def pod(name: str, owner: str, status: Document, **spec: Any) -> Document:
    return item("Pod", name, owner, status=status, spec=spec)


def waiting(reason: str, message: str = "") -> Document:
    """The status of a pod whose container waits."""
    state = {"waiting": {"reason": reason, "message": message}}
    return {"phase": "Pending", "containerStatuses": [{"name": "main", "state": state}]}


def web(*pods: Document, replicas: int = 1, **more: Any) -> list[Trouble]:
    """What is missing of the Deployment web."""
    deployment = item("Deployment", "web", spec={"replicas": replicas}, status=more.pop("status", {}))
    sets = [item("ReplicaSet", "web-1", "Deployment/web"), *more.pop("sets", ())]
    return judge([deployment], Seen([deployment, *sets, *pods], **more), "shop")


def test_a_workload_whose_pods_run_misses_nothing() -> None:
    assert web(pod("web-1-a", "ReplicaSet/web-1", READY)) == []
    assert web(replicas=0) == []


def test_pods_of_others_and_pods_that_go_do_not_count() -> None:
    going = pod("web-1-a", "ReplicaSet/web-1", READY)
    going["metadata"]["deletionTimestamp"] = "2026-12-01T00:00:00Z"
    (found,) = web(going, pod("api-1-a", "ReplicaSet/api-1", READY))
    assert found.why == "0 of 1 pods run; its pods do not exist yet"


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (waiting("CreateContainerConfigError", "secret not found"), "it waits for the Secret login"),
        (waiting("ContainerCreating"), "it waits for the Secret login"),
        (waiting("ImagePullBackOff"), "it waits for the Secret login"),
        (waiting("CrashLoopBackOff", "back-off 5m"), "CrashLoopBackOff: back-off 5m"),
        (
            {
                "phase": "Pending",
                "conditions": [
                    {"type": "PodScheduled", "status": "False", "message": "0/3 nodes are available"}
                ],
            },
            "it is not scheduled: 0/3 nodes are available",
        ),
    ],
)
def test_a_pod_that_does_not_run_says_why(status: Document, why: str) -> None:
    ill = pod("web-1-a", "ReplicaSet/web-1", status, containers=SECRET)
    (found,) = web(ill, replicas=2, absent=frozenset({"login", "other"}))
    assert found.what == "Deployment web"
    assert found.why == f"0 of 2 pods run; pod web-1-a: {why}"
    assert found.next == "kubectl create secret generic login -n shop …"


def test_a_pod_whose_volumes_fail_repeats_the_newest_warning() -> None:
    events = [
        {
            "type": kind,
            "reason": "FailedMount",
            "message": text,
            "lastTimestamp": f"2026-12-01T00:0{minute}:00Z",
        }
        | {"involvedObject": {"kind": "Pod", "name": name}}
        for kind, text, minute, name in [
            ("Warning", "first", 1, "web-1-a"),
            ("Warning", "timed out", 2, "web-1-a"),
            ("Normal", "pulled", 3, "web-1-a"),
            ("Warning", "not mine", 4, "api-1-a"),
        ]
    ]
    (found,) = web(pod("web-1-a", "ReplicaSet/web-1", waiting("ContainerCreating")), events=events)
    assert found.why.endswith("pod web-1-a: FailedMount: timed out")
    assert found.next == "kubectl describe pod web-1-a -n shop"


def test_a_workload_whose_pods_are_refused_says_why() -> None:
    refused = [{"type": "ReplicaFailure", "status": "True", "message": "exceeded quota: small"}]
    (found,) = web(status={"conditions": refused})
    assert found.why == "0 of 1 pods run; exceeded quota: small"

    stateful = item("StatefulSet", "db", spec={"replicas": 1})
    event = {"type": "Warning", "reason": "FailedCreate", "message": "violates PodSecurity"}
    event |= {
        "involvedObject": {"kind": "StatefulSet", "name": "db"},
        "lastTimestamp": "2026-12-01T00:00:00Z",
    }
    (found,) = judge([stateful], Seen([stateful], events=[event]), "shop")
    assert found.why == "0 of 1 pods run; FailedCreate: violates PodSecurity"


def test_jobs_and_daemon_sets_want_what_their_controllers_say() -> None:
    done = {"conditions": [{"type": "Complete", "status": "True"}]}
    jobs = [
        item("Job", "done", spec={}, status=done),
        item("Job", "paused", spec={"suspend": True}),
        item("Job", "runs", spec={}),
        pod("runs-a", "Job/runs", {"phase": "Succeeded"}),
    ]
    assert judge(jobs[:3], Seen(jobs), "shop") == []
    fresh = item("DaemonSet", "log", metadata={"generation": 1})
    assert judge([fresh], Seen([fresh]), "shop")[0].why == "not checked yet; its pods do not exist yet"
    nowhere = {**fresh, "status": {"observedGeneration": 1, "desiredNumberScheduled": 0}}
    assert judge([nowhere], Seen([nowhere]), "shop") == []


def test_a_pod_of_its_own_is_judged_itself() -> None:
    alone = pod("tool", "", waiting("ErrImagePull", "no such image"))
    (found,) = judge([alone], Seen([alone]), "shop")
    assert (found.what, found.why) == ("Pod tool", "ErrImagePull: no such image")


def test_a_claim_waits_only_if_a_pod_uses_it() -> None:
    restores = {
        "bound": {"id": "1", "state": "bound", "text": ""},
        "idle": {"id": "2", "state": "waiting_for_consumer", "text": "it is ready to use"},
        "used": {"id": "3", "state": "waiting_for_consumer", "text": "it is ready to use"},
        "lost": {"id": "4", "state": "failed", "text": "no such snapshot"},
    }
    volumes = [{"persistentVolumeClaim": {"claimName": "used"}}]
    seen = Seen([pod("a", "", READY, volumes=volumes)], restores)
    lost, used = judge([], seen, "shop")
    assert (lost.what, lost.waits, lost.why) == ("claim lost", False, "its restore failed: no such snapshot")
    assert (used.what, used.waits) == ("claim used", True)
    assert used.next == "snapkeep get restore 3 -n shop"
