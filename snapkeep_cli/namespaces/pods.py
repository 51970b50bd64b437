"""Says of a pod why it does not run.

https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from snapkeep.domain.objects.manifests import name_of
from snapkeep.domain.objects.references import references

Document = Mapping[str, Any]

BEGINNING = frozenset({"", "ContainerCreating", "PodInitializing"})
"""Reasons of a container that wait for something else, which an event names."""

NO_IMAGE = frozenset({"ErrImagePull", "ImagePullBackOff"})
NO_CONFIG = frozenset({"CreateContainerConfigError"})


def is_fine(pod: Document) -> bool:
    """Whether a pod runs and is ready, or has done its work."""
    status = pod.get("status") or {}
    if status.get("phase") == "Succeeded":
        return True
    ready = _condition(status, "Ready")
    return bool(status.get("phase") == "Running" and ready.get("status", "True") == "True")


def is_over(pod: Document) -> bool:
    """Whether a pod is being deleted, so that another one counts instead."""
    return bool(pod["metadata"].get("deletionTimestamp"))


def missing_secrets(pod: Document, absent: Iterable[str]) -> list[str]:
    """Which of the absent Secrets the pod names."""
    return sorted(set(references(pod).secrets) & set(absent))


def why_not(pod: Document, absent: Iterable[str], events: Sequence[Document]) -> str:
    """Why a pod does not run, in words; "" if it does. `absent` are Secrets that do not exist, `events` the
    warnings of its namespace."""
    if is_fine(pod):
        return ""
    status = pod.get("status") or {}
    scheduled = _condition(status, "PodScheduled")
    if scheduled.get("status") == "False":
        return f"it is not scheduled: {scheduled.get('message') or scheduled.get('reason')}"
    waits = _waiting(status)
    reason = str(waits.get("reason") or "")
    named = missing_secrets(pod, absent)
    if named and reason in BEGINNING | NO_IMAGE | NO_CONFIG:
        return f"it waits for the Secret{'s' if len(named) > 1 else ''} {', '.join(named)}"
    if reason not in BEGINNING:
        return f"{reason}: {waits.get('message') or 'Kubernetes does not say more'}"
    if told := latest(events, pod):
        return told
    if status.get("phase") == "Running":
        return "it runs but is not ready yet"
    return str(status.get("message") or status.get("reason") or "it starts")


def latest(events: Sequence[Document], *items: Document) -> str:
    """The newest warning about these objects; "" for none."""
    names = {(item.get("kind"), name_of(item)) for item in items}
    found = [
        each
        for each in events
        if each.get("type") == "Warning"
        and (each["involvedObject"].get("kind"), each["involvedObject"].get("name")) in names
    ]
    newest = max(found, key=_seen_at, default=None)
    return f"{newest.get('reason')}: {newest.get('message')}" if newest else ""


def _seen_at(event: Document) -> str:
    """When an event was last seen; its series or its first time where it has no other."""
    series = (event.get("series") or {}).get("lastObservedTime")
    return str(event.get("lastTimestamp") or series or event.get("eventTime") or "")


def _condition(status: Document, kind: str) -> Document:
    return next((each for each in status.get("conditions") or () if each.get("type") == kind), {})


def _waiting(status: Document) -> Document:
    """Why the first container that waits does so; {} if none waits."""
    for key in ("initContainerStatuses", "containerStatuses"):
        for each in status.get(key) or ():
            state = each.get("state") or {}
            if waits := state.get("waiting"):
                return dict(waits)
            ended = state.get("terminated") or {}
            if ended.get("exitCode"):
                return {
                    "reason": "Error",
                    "message": f"container {each['name']} ended with {ended['exitCode']}",
                }
    return {}
