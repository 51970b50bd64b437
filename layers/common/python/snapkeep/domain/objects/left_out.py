"""Which single objects are not saved, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from snapkeep.domain.object_labels import EXCLUDE
from snapkeep.domain.objects.kinds import Kind

LEADER = "control-plane.alpha.kubernetes.io/leader"
"""Annotation with which a ConfigMap elects a leader."""

MAKES = "makes it"
"""How the reason ends for what is made again by another object or the cluster."""


def why_left_out(item: Mapping[str, Any]) -> str:
    """Why an object of a saved kind is not saved; "" if it is.

    Only a controller counts as its maker: other owners merely have it deleted with them.
    https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/
    """
    metadata = item.get("metadata") or {}
    labels, annotations = metadata.get("labels") or {}, metadata.get("annotations") or {}
    if metadata.get("deletionTimestamp"):
        return "it was being deleted"
    if maker := maker_of(item):
        return f"{maker} {MAKES}"
    if labels.get(EXCLUDE) == "true":
        return f"its label {EXCLUDE} excludes it"
    if LEADER in annotations:
        return "it is renewed by what runs now"
    return _of_kind(item, metadata, labels)


def maker_of(item: Mapping[str, Any]) -> str:
    """The kind of the object that controls this one, "" without one."""
    return str(_maker(item).get("kind") or "")


def unsaved_maker(item: Mapping[str, Any], unsaved: Iterable[Kind]) -> str:
    """The kind among `unsaved` of the object that controls this one: nothing makes the object again. "" for
    none, and for what has finished."""
    group = str(_maker(item).get("apiVersion", "")).rpartition("/")[0]
    if item.get("kind") in ("Pod", "Job") and _has_finished(item.get("status") or {}):
        return ""
    return next((str(each) for each in unsaved if (each.group, each.kind) == (group, maker_of(item))), "")


def _maker(item: Mapping[str, Any]) -> Mapping[str, Any]:
    owners = (item.get("metadata") or {}).get("ownerReferences") or ()
    return next((owner for owner in owners if owner.get("controller")), {})


def _of_kind(item: Mapping[str, Any], metadata: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    name, kind = metadata.get("name"), item.get("kind")
    if kind == "ConfigMap" and name == "kube-root-ca.crt":
        return f"the cluster {MAKES}"
    if kind == "ConfigMap" and labels.get("owner", "").lower() == "helm":
        return "it is a release of Helm's history"
    if kind == "Service" and (metadata.get("namespace"), name) == ("default", "kubernetes"):
        return f"the cluster {MAKES}"
    if kind in ("Pod", "Job") and _has_finished(item.get("status") or {}):
        return "it has finished and would run again"
    return ""


def _has_finished(status: Mapping[str, Any]) -> bool:
    """Whether a pod or a job has ended.
    https://kubernetes.io/docs/concepts/workloads/controllers/job/#terminal-job-conditions
    """
    if status.get("phase") in ("Succeeded", "Failed"):
        return True
    ended = [each for each in status.get("conditions") or () if each.get("type") in ("Complete", "Failed")]
    return any(each.get("status") == "True" for each in ended)
