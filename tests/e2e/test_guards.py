"""The admission policies on nodes, enforced: what each function may write, and what it may not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from sandbox.demo import build
from sandbox.demo.kube import Admin
from snapkeep.domain import object_labels
from snapkeep.domain.interruption import aftermath
from tests.e2e.controlplane.api_server import ApiServer
from tests.e2e.controlplane.remote_store import Refused, RemoteStore
from tests.integration.deployed import until

NODE = "guarded"
CORDON = {object_labels.CORDON: "{}"}
RELEASE = {object_labels.OUT_OF_SERVICE: "{}"}
TAINT = {"key": aftermath.OUT_OF_SERVICE, "value": "nodeshutdown", "effect": "NoExecute"}
FOREIGN = {"key": "dedicated", "value": "db", "effect": "NoSchedule"}

Patch = dict[str, Any]


def annotated(annotations: Mapping[str, str | None], **spec: Any) -> Patch:
    return {"metadata": {"annotations": dict(annotations)}, "spec": spec}


READY: Patch = {"status": {"conditions": [{"type": "Ready", "status": "True"}]}}

REFUSED: tuple[tuple[str, Patch, Patch, str], ...] = (
    # group, the node before, the patch, what is said
    ("handle-interruption", {}, {"metadata": {"labels": {"team": "x"}}}, "metadata.labels"),
    ("handle-interruption", {}, {"metadata": {"finalizers": ["example.com/x"]}}, "metadata.finalizers"),
    ("handle-interruption", {}, {"metadata": {"annotations": {"other": "x"}}}, "changes no annotation but"),
    ("handle-interruption", {}, {"spec": {"providerID": "aws:///x/i-1"}}, "spec.providerID"),
    ("handle-interruption", {}, {"spec": {"taints": [FOREIGN]}}, "spec.taints"),
    ("handle-interruption", {}, {"spec": {"unschedulable": True}}, "only with the annotation"),
    (
        "handle-interruption",
        {"spec": {"unschedulable": True}},
        {"spec": {"unschedulable": None}},
        "lifts no cordon without it",
    ),
    (
        "handle-interruption",
        {"spec": {"unschedulable": True}},
        annotated(CORDON),
        "sets either only with the other",
    ),
    (
        "handle-interruption",
        annotated(CORDON, unschedulable=True),
        {"spec": {"unschedulable": None}},
        "goes with the cordon",
    ),
    ("release-volumes", {"spec": {"taints": [TAINT]}}, annotated(RELEASE), "either only with the other"),
    ("release-volumes", READY, annotated(RELEASE, taints=[TAINT]), "on no node that is ready"),
    ("release-volumes", {}, {"metadata": {"labels": {"team": "x"}}}, "metadata.labels"),
    ("release-volumes", {}, {"spec": {"unschedulable": True}}, "spec.unschedulable"),
    ("release-volumes", {}, {"spec": {"taints": [TAINT]}}, "only with the annotation"),
    ("release-volumes", {}, annotated(RELEASE, taints=[TAINT, FOREIGN]), "changes no taint but"),
    ("release-volumes", {"spec": {"taints": [TAINT]}}, {"spec": {"taints": None}}, "removes none without it"),
    (
        "release-volumes",
        {"spec": {"taints": [FOREIGN]}},
        annotated(RELEASE, taints=[TAINT]),
        "changes no taint but",
    ),
)
LET_THROUGH: tuple[tuple[str, Patch, Patch], ...] = (
    ("handle-interruption", {}, annotated(CORDON, unschedulable=True)),
    (
        "handle-interruption",
        annotated(CORDON, unschedulable=True),
        annotated(dict.fromkeys(CORDON), unschedulable=None),
    ),
    ("release-volumes", {}, annotated(RELEASE, taints=[TAINT])),
    (
        "release-volumes",
        annotated(RELEASE, taints=[TAINT, FOREIGN]),
        annotated(dict.fromkeys(RELEASE), taints=[FOREIGN]),
    ),
)


@pytest.fixture(scope="module")
def guarded(api_server: ApiServer) -> RemoteStore:
    """An API server with the manifests, as a cluster's administrator applies them."""
    Admin(api_server.kubeconfig).apply(build.manifests(build.ROOT / "snapkeep.yaml", "myeks"))
    store = api_server.store
    until(lambda: is_in_force(store), "the guards to be in force")
    return store


def is_in_force(store: RemoteStore) -> bool | None:
    """The API server takes a moment to notice a new admission policy."""
    labels = {"metadata": {"labels": {"team": "x"}}}
    store.create("nodes", None, {"metadata": {"name": NODE}, "spec": {}})
    try:
        for function in ("handle-interruption", "release-volumes"):
            with pytest.raises(Refused):
                store.speaking_for(f"snapkeep:{function}").patch("nodes", None, NODE, labels)
    except pytest.fail.Exception:
        return None
    finally:
        store.delete("nodes", None, NODE)
    return True


@pytest.fixture
def store(guarded: RemoteStore) -> Iterator[RemoteStore]:
    """With room for one node."""
    yield guarded
    guarded.delete("nodes", None, NODE)


def prepare(store: RemoteStore, before: Patch) -> None:
    """A node as it was, without the taint that every new node gets."""
    status = {"status": before["status"]} if "status" in before else {}
    named = {"name": NODE, **before.get("metadata", {})}
    store.create("nodes", None, {"metadata": named, "spec": {}, **status})
    store.patch("nodes", None, NODE, {"spec": {"taints": None, **before.get("spec", {})}})


@pytest.mark.parametrize(("function", "before", "patch", "said"), REFUSED)
def test_what_a_function_never_writes_is_refused(
    store: RemoteStore, function: str, before: Patch, patch: Patch, said: str
) -> None:
    prepare(store, before)

    with pytest.raises(Refused, match=said) as refused:
        store.speaking_for(f"snapkeep:{function}").patch("nodes", None, NODE, patch)

    assert refused.value.code == 422


@pytest.mark.parametrize(("function", "before", "patch"), LET_THROUGH)
def test_what_it_does_write_goes_through(
    store: RemoteStore, function: str, before: Patch, patch: Patch
) -> None:
    prepare(store, before)

    written = store.speaking_for(f"snapkeep:{function}").patch("nodes", None, NODE, patch)

    assert bool(written["spec"].get("unschedulable")) == bool(patch["spec"].get("unschedulable"))
    taints = {each["key"] for each in written["spec"].get("taints") or []}
    assert {each["key"] for each in patch["spec"].get("taints") or []} <= taints
