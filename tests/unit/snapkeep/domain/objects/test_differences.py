"""What differs between saved objects and those of the cluster now."""

from __future__ import annotations

from typing import Any

from snapkeep.domain.objects.cleaning import cleaned
from snapkeep.domain.objects.differences import Change, Difference, differences

KIND = "deployments.apps"


def a_deployment(name: str = "web", replicas: int = 2, **metadata: Any) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": "shop", **metadata},
        "spec": {"replicas": replicas, "paused": False},
    }


def found(
    saved: list[dict[str, Any]], now: list[dict[str, Any]], *, with_new: bool = True
) -> list[Difference]:
    return list(differences(KIND, [cleaned(item) for item in saved], now, with_new=with_new))


def test_what_the_cluster_writes_and_the_order_of_keys_are_no_difference() -> None:
    now = a_deployment(uid="new", resourceVersion="7", generation=3)
    now["spec"] = dict(reversed(now["spec"].items()))
    now["status"] = {"replicas": 2}
    assert found([a_deployment()], [now]) == []


def test_a_changed_object_is_shown_from_saved_to_now() -> None:
    (change,) = found([a_deployment(replicas=2)], [a_deployment(replicas=5)])
    assert change.change is Change.CHANGED
    assert change.lines[:2] == ("--- saved/deployments.apps/web", "+++ now/deployments.apps/web")
    assert [line for line in change.lines[2:] if line[0] in "+-"] == ["-  replicas: 2", "+  replicas: 5"]


def test_objects_that_are_gone_or_new_are_shown_whole() -> None:
    gone, new = found([a_deployment("old")], [a_deployment("young")])
    assert (gone.change, new.change) == (Change.GONE, Change.NEW)
    assert '-  name: "old"' in gone.lines and not any(line.startswith("+ ") for line in gone.lines)
    assert '+  name: "young"' in new.lines and not any(line.startswith("- ") for line in new.lines)


def test_new_objects_that_would_not_be_saved_or_are_not_wanted_are_not_shown() -> None:
    owner = [{"kind": "Operator", "name": "o", "controller": True}]
    assert found([], [a_deployment(ownerReferences=owner)]) == []
    assert found([], [a_deployment()], with_new=False) == []
