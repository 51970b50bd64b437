"""What is asked about pods: evictions against budgets, deletes, and events."""

from __future__ import annotations

from tests.contract.api_server.asking import UID, Ask, delete, get, patch, post
from tests.contract.api_server.objects import BUDGETS, EVENTS, PODS, budget, event, eviction, pod

_READY = {"status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}}
_FULL = {
    "status": {
        "observedGeneration": 1,
        "disruptionsAllowed": 0,
        "currentHealthy": 1,
        "desiredHealthy": 1,
        "expectedPods": 1,
    }
}
"""What the disruption controller would write, which is not there."""

_WHERE = "/api/v1/namespaces/asked/events"


def _evict(name: str, pod_name: str, body: object, query: str = "", *show: str) -> Ask:
    return post(name, f"{PODS}/{pod_name}/eviction{query}", body, *show, headers=("Retry-After",))


_PREPARED: tuple[Ask, ...] = (
    *(post("", BUDGETS, budget(name, app)) for name, app in (("b1", "held"), ("b2", "two"), ("b3", "two"))),
    *(patch("", f"{BUDGETS}/{name}/status", _FULL) for name in ("b1", "b2", "b3")),
    *(
        post("", PODS, pod(name, app, terminationGracePeriodSeconds=7))
        for name, app in (("held", "held"), ("free", "free"), ("over", "two"))
    ),
    *(patch("", f"{PODS}/{name}/status", _READY) for name in ("held", "free", "over")),
)

POD_ASKS: tuple[Ask, ...] = (
    *_PREPARED,
    post("pod without containers", PODS, pod("none", "none", containers=[])),
    _evict("budget", "held", eviction("held")),
    _evict("two budgets", "over", eviction("over")),
    _evict("eviction of a missing pod", "none", eviction("none")),
    _evict("eviction of another uid", "free", eviction("free", preconditions={"uid": UID})),
    _evict("eviction that names another pod", "free", eviction("held")),
    _evict("eviction that names none", "free", {"apiVersion": "policy/v1", "kind": "Eviction"}),
    _evict("eviction of another kind", "free", pod("free", "free")),
    _evict(
        "eviction with an unknown field", "free", {**eviction("free"), "nope": 1}, "?fieldValidation=Strict"
    ),
    _evict("eviction as a dry run", "free", eviction("free"), "?dryRun=All"),
    _evict("eviction", "free", eviction("free", gracePeriodSeconds=3)),
    get(
        "evicted pod",
        f"{PODS}/free",
        "metadata.deletionGracePeriodSeconds",
        "status.conditions.1.type",
        "status.conditions.1.reason",
        "status.conditions.1.message",
    ),
    get(
        "pods by their node",
        "/api/v1/pods?fieldSelector=spec.nodeName=asked",
        "items.0.metadata.name",
        "items.0.kind",
    ),
    get("pods by their phase", "/api/v1/pods?fieldSelector=status.phase=Nope", "kind", "items"),
    delete("pod of another uid", f"{PODS}/held", {"preconditions": {"uid": UID}, "gracePeriodSeconds": 0}),
    delete("pod at once", f"{PODS}/held", {"gracePeriodSeconds": 0}, "kind"),
    post(
        "event",
        EVENTS,
        event("asked.1"),
        "kind",
        "type",
        "reason",
        "count",
        "source",
        "reportingComponent",
        "eventTime",
    ),
    post("event elsewhere", _WHERE, {**event("asked.2"), "metadata": {"name": "asked.2"}}),
    post("event with a long message", EVENTS, event("asked.3", message="m" * 1025), "kind"),
    post("event of another type", EVENTS, event("asked.4", type="Sad"), "type"),
    get("events by uid", f"{EVENTS}?fieldSelector=involvedObject.uid=a-node", "items.0.reason"),
    get("events by their reporter", f"{EVENTS}?fieldSelector=reportingComponent=snapkeep", "items.0.reason"),
)
