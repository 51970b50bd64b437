"""How `kubectl get` shows an object's contents: one table cell each, read from the object.

Source: k8s.io/kubernetes `pkg/printers/internalversion/printers.go`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

Object = dict[str, Any]
Cell = Callable[[Object, datetime], Any]

_MODES = {
    "ReadWriteOnce": "RWO",
    "ReadOnlyMany": "ROX",
    "ReadWriteMany": "RWX",
    "ReadWriteOncePod": "RWOP",
}
_UNITS = (("y", 31_536_000), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))
_ROLE = "node-role.kubernetes.io/"


def age(since: str | None, now: datetime) -> str:
    """How long ago, as kubectl writes it: two units below ten of the larger, else one."""
    if not since:
        return "<unknown>"
    seconds = max(
        0, int((now - datetime.fromisoformat(since.replace("Z", "+00:00")).astimezone(UTC)).total_seconds())
    )
    if seconds < 120:
        return f"{seconds}s"
    for place, (unit, size) in enumerate(_UNITS):
        whole, rest = divmod(seconds, size)
        if whole:
            smaller, below = _UNITS[place + 1]
            parts = rest // below if whole < 10 else 0
            return f"{whole}{unit}" + (f"{parts}{smaller}" if parts else "")
    return f"{seconds}s"


def field(path: str, default: Any = "") -> Cell:
    """A cell that shows the value at a dotted path."""
    steps = path.split(".")

    def read(obj: Object, now: datetime) -> Any:
        value: Any = obj
        for step in steps:
            value = value.get(step) if isinstance(value, dict) else None
        return default if value is None else value if isinstance(value, (int, bool)) else str(value)

    return read


def age_of(obj: Object, now: datetime) -> str:
    """The object's age."""
    return age(obj["metadata"].get("creationTimestamp"), now)


def since(path: str) -> Cell:
    """A cell that shows how long ago the time at a dotted path was; empty if there is none."""
    read = field(path, None)
    return lambda obj, now: age(read(obj, now), now) if read(obj, now) else ""


def quota(limits: bool) -> Cell:
    """Used and hard for each resource; those named `limits.` have their own column."""

    def read(obj: Object, now: datetime) -> str:
        status = obj.get("status") or {}
        used = status.get("used") or {}
        return ", ".join(
            f"{name}: {used.get(name, '0')}/{hard}"
            for name, hard in sorted((status.get("hard") or {}).items())
            if name.startswith("limits.") == limits
        )

    return read


def count(path: str) -> Cell:
    """A cell that shows how many entries a list or map has."""
    read = path.split(".")

    def count(obj: Object, now: datetime) -> int:
        value: Any = obj
        for step in read:
            value = (value or {}).get(step)
        return len(value or ())

    return count


def modes(path: str) -> Cell:
    """A cell that shows access modes by their short names."""

    def modes(obj: Object, now: datetime) -> str:
        where: Any = obj
        for step in path.split("."):
            where = (where or {}).get(step)
        return ",".join(_MODES.get(mode, mode) for mode in where or ())

    return modes


def phase(obj: Object, now: datetime) -> str:
    """The phase, or that the object is being deleted."""
    return (
        "Terminating"
        if "deletionTimestamp" in obj["metadata"]
        else str(obj.get("status", {}).get("phase", ""))
    )


def pod_ready(obj: Object, now: datetime) -> str:
    """Ready containers out of all."""
    rows = obj.get("status", {}).get("containerStatuses") or []
    ready = sum(bool(row.get("ready")) for row in rows)
    if not rows:
        conditions = obj.get("status", {}).get("conditions") or []
        whole = any(row.get("type") == "Ready" and row.get("status") == "True" for row in conditions)
        ready = len(obj["spec"]["containers"]) if whole else 0
    return f"{ready}/{len(obj['spec']['containers'])}"


def restarts(obj: Object, now: datetime) -> str:
    """The restarts of all containers."""
    rows = obj.get("status", {}).get("containerStatuses") or []
    return str(sum(row.get("restartCount", 0) for row in rows))


def node_status(obj: Object, now: datetime) -> str:
    """Whether a node is ready, and whether it accepts pods."""
    conditions = obj.get("status", {}).get("conditions") or []
    ready = next((row.get("status") for row in conditions if row.get("type") == "Ready"), "Unknown")
    words = {"True": "Ready", "Unknown": "Unknown"}.get(ready, "NotReady")
    return words + (",SchedulingDisabled" if obj.get("spec", {}).get("unschedulable") else "")


def roles(obj: Object, now: datetime) -> str:
    """The roles that a node's labels name."""
    labels = obj["metadata"].get("labels") or {}
    return ",".join(sorted(key.removeprefix(_ROLE) for key in labels if key.startswith(_ROLE))) or "<none>"


def address(kind: str) -> Cell:
    """A cell that shows the node's address of this kind."""

    def address(obj: Object, now: datetime) -> str:
        rows = obj.get("status", {}).get("addresses") or []
        return next((str(row["address"]) for row in rows if row["type"] == kind), "<none>")

    return address


def claim_of(obj: Object, now: datetime) -> str:
    """The claim that a volume is bound to."""
    reference = obj["spec"].get("claimRef")
    return f"{reference['namespace']}/{reference['name']}" if reference else ""


def replicas(obj: Object, now: datetime) -> str:
    """Ready replicas out of those wanted."""
    return f"{obj.get('status', {}).get('readyReplicas', 0)}/{obj['spec'].get('replicas', 1)}"


def class_name(obj: Object, now: datetime) -> str:
    """A storage class, marked if it is the default."""
    annotations = obj["metadata"].get("annotations") or {}
    default = annotations.get("storageclass.kubernetes.io/is-default-class") == "true"
    return f"{obj['metadata']['name']} (default)" if default else str(obj["metadata"]["name"])


def last_seen(obj: Object, now: datetime) -> str:
    """How long ago an event was last seen."""
    return age(obj.get("lastTimestamp") or obj.get("eventTime") or obj["metadata"]["creationTimestamp"], now)


def involved(obj: Object, now: datetime) -> str:
    """What an event is about."""
    row = obj.get("involvedObject") or {}
    return f"{row.get('kind', '').lower()}/{row.get('name', '')}"


def role_of(obj: Object, now: datetime) -> str:
    """The role that a binding grants."""
    return f"{obj['roleRef']['kind']}/{obj['roleRef']['name']}"


def ports(obj: Object, now: datetime) -> str:
    """A service's ports with their protocols."""
    rows = obj.get("spec", {}).get("ports") or []
    return ",".join(f"{row['port']}/{row.get('protocol', 'TCP')}" for row in rows) or "<none>"
