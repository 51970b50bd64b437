"""Looks for restored directories with a pod of the person's own: no AWS API returns their names.

The pod mounts the root of the file system, read-only, lists the directories, and ends. What it saw is its
termination message, so that nobody needs the right to read logs. Decision 0027 says why this is no agent.

Whoever may run pods in its namespace could mount the same claim, so it must not stay.
"""

from __future__ import annotations

import posixpath
import re
import shlex
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from typing import Any

from snapkeep.domain import object_labels
from snapkeep.domain.efs.restore.directories import LONGEST_NAME, PREFIX, Directory, is_directory_name
from snapkeep_cli.cluster.kubectl import Document, Kubectl, KubectlFailed
from snapkeep_cli.output import say, tip

IMAGE = "public.ecr.aws/docker/library/busybox:1.37.0"

SECONDS = 240
"""How long a pod may take to pull its image, mount and look."""
EVERY_SECONDS = 1.0

MOST = 40
"""The directories that fit into a termination message of 4,096 bytes, the newest by their names."""

ENDED_BY = ("SIGHUP", "SIGTERM")
"""What ends a command, besides Ctrl+C: a terminal that closes, and `kill`. Not every system has each."""

MOUNTED = "/mnt/efs"
MESSAGE = "/dev/termination-log"
SCRIPT = f"""\
set -f
cd "$ROOT" || exit 1
for name in $(ls -1 | grep -E '^{PREFIX}[0-9A-Za-z.:_-]{{1,{LONGEST_NAME - len(PREFIX)}}}$' \
    | sort -r | head -n {MOST}); do
  [ -d "$name" ] && [ ! -L "$name" ] || continue
  found=no
  [ -d "$ROOT/$name$FOLDER" ] && found=yes
  echo "$found $(date -u -r "$name" +%s) $name"
done > {MESSAGE}
"""
_SECONDS = re.compile(r"-?[0-9]{1,20}")


class CannotLook(Exception):
    """The pod could not look; the text says why."""


@dataclass(frozen=True, slots=True)
class Look:
    """A look into a file system for a restore: for the claim's `path`, from a namespace."""

    restore: str
    file_system: str
    path: str
    namespace: str
    image: str = IMAGE

    @property
    def name(self) -> str:
        """The name of the pod, its claim and its volume: only one looks for a restore at a time."""
        return f"snapkeep-look-{self.restore}"

    def objects(self) -> tuple[Document, Document, Document]:
        """The volume, the claim and the pod."""
        labels = {object_labels.RESTORED: self.restore}
        named = {"name": self.name, "labels": labels}
        here = named | {"namespace": self.namespace}
        common: Document = {"accessModes": ["ReadWriteMany"], "storageClassName": ""}
        volume = {
            **common,
            "capacity": {"storage": "1Gi"},
            "persistentVolumeReclaimPolicy": "Retain",
            "claimRef": {"namespace": self.namespace, "name": self.name},
            # For every pod: the driver ignores readOnly of a volume.
            # https://github.com/kubernetes-sigs/aws-efs-csi-driver/issues/799
            "mountOptions": ["ro"],
            "csi": {"driver": "efs.csi.aws.com", "volumeHandle": f"{self.file_system}:/", "readOnly": True},
        }
        claim = {**common, "volumeName": self.name, "resources": {"requests": {"storage": "1Gi"}}}
        return (
            {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": named, "spec": volume},
            {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": here, "spec": claim},
            {"apiVersion": "v1", "kind": "Pod", "metadata": here, "spec": self._pod()},
        )

    def _pod(self) -> Document:
        folder = "" if self.path == "/" else posixpath.normpath(self.path)
        container = {
            "name": "look",
            "image": self.image,
            "command": ["sh", "-c", SCRIPT],
            "env": [
                {"name": "ROOT", "value": MOUNTED},
                {"name": "FOLDER", "value": folder.replace("$", "$$")},  # Kubernetes expands $(NAME)
            ],
            "volumeMounts": [{"name": "root", "mountPath": MOUNTED, "readOnly": True}],
            "terminationMessagePath": MESSAGE,
            "terminationMessagePolicy": "FallbackToLogsOnError",
            "resources": {
                "requests": {"cpu": "10m", "memory": "16Mi"},
                "limits": {"cpu": "200m", "memory": "64Mi"},
            },
            "securityContext": {
                "runAsUser": 0,  # folders of other users may be closed to everybody else
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
                "seccompProfile": {"type": "RuntimeDefault"},
            },
        }
        source = {"claimName": self.name, "readOnly": True}
        return {
            "restartPolicy": "Never",
            "activeDeadlineSeconds": SECONDS,
            "terminationGracePeriodSeconds": 1,
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "containers": [container],
            "volumes": [{"name": "root", "persistentVolumeClaim": source}],
        }


def look(
    kubectl: Kubectl,
    wanted: Look,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> list[Directory]:
    """The restored directories in the root of a file system, and whether the claim's folder is in each.

    Whatever happens, pod, claim and volume are removed. Raises CannotLook, and KubectlFailed.
    """
    with _started(kubectl, wanted):
        end = clock() + SECONDS
        while True:
            found = kubectl.objects("pods", wanted.namespace, [wanted.name])
            status = found[0].get("status", {}) if found else {}
            if status.get("phase") == "Succeeded":
                return list(read(_message(status)))
            if status.get("phase") == "Failed":
                said = _message(status) or status.get("message") or "it said nothing"
                raise CannotLook(f"pod {wanted.name} failed: {' '.join(said.split())}")
            if clock() >= end:
                raise CannotLook(
                    f"pod {wanted.name} did not end within {SECONDS} s: {_why(kubectl, wanted, status)}"
                )
            sleep(EVERY_SECONDS)


def read(message: str) -> Iterator[Directory]:
    """The directories that a pod has listed; whatever is no line of its own is passed over."""
    for line in message.splitlines():
        found, _, rest = line.partition(" ")
        changed, _, name = rest.partition(" ")
        if found in ("yes", "no") and _SECONDS.fullmatch(changed) and is_directory_name(name):
            yield Directory(name, _moment(int(changed)), found == "yes")


def _moment(seconds: int) -> datetime:
    """That many seconds after 1970, or 1970 itself: anybody can give a directory a time of any year."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


@contextmanager
def _started(kubectl: Kubectl, wanted: Look) -> Iterator[None]:
    """Make the pod and what it mounts, after removing what an interrupted look has left."""
    known = [getattr(signal, name) for name in ENDED_BY if hasattr(signal, name)]
    deadly = [each for each in known if signal.getsignal(each) is signal.SIG_DFL]
    _on(deadly, signal.default_int_handler)
    try:
        remove(kubectl, wanted)
        try:
            _make(kubectl, wanted)
            yield
        finally:
            _on(deadly, signal.SIG_IGN)
            _clear_away(kubectl, wanted)
    finally:
        _on(deadly, signal.SIG_DFL)


def _on(signals: list[signal.Signals], what: Any) -> None:
    for each in signals:
        signal.signal(each, what)


def _make(kubectl: Kubectl, wanted: Look) -> None:
    for each in wanted.objects():
        if not kubectl.create(each):
            raise CannotLook(
                f"{each['kind']} {wanted.name} is back after it was removed: somebody else looks for "
                "this restore now, or takes its place"
            )


def _clear_away(kubectl: Kubectl, wanted: Look) -> None:
    """Remove what was made, or say what stays."""
    try:
        remove(kubectl, wanted)
    except BaseException as trouble:
        context = f" --context {shlex.quote(kubectl.context)}" if kubectl.context else ""
        name, where = wanted.name, wanted.namespace
        say(
            f"not everything that --look made is removed: {trouble or 'you stopped it'}. Until it is, "
            f"anyone who may run pods in {where} can read all of {wanted.file_system}"
        )
        tip(
            "remove it",
            f"kubectl delete pod,pvc {name} -n {where}{context}; kubectl delete pv {name}{context}",
        )
        if not isinstance(trouble, KubectlFailed):
            raise


def remove(kubectl: Kubectl, wanted: Look) -> None:
    """Remove the pod, its claim and its volume, which holds no data of its own, also those that a look from
    another namespace has left; trouble with one keeps no other. Raises KubectlFailed."""
    volumes = kubectl.objects("pv", "", [wanted.name])
    reserved = (each["spec"].get("claimRef") or {} for each in volumes)
    places = {wanted.namespace, *(str(each["namespace"]) for each in reserved if each)}
    troubles = []
    for kind, namespace in (*product(("pod", "pvc"), sorted(places)), ("pv", "")):
        try:
            kubectl.delete(kind, namespace, wanted.name)
        except KubectlFailed as trouble:
            troubles.append(str(trouble))
    if troubles:
        raise KubectlFailed("; ".join(troubles))


def _message(status: Document) -> str:
    for each in status.get("containerStatuses") or ():
        terminated = each.get("state", {}).get("terminated") or {}
        return str(terminated.get("message") or terminated.get("reason") or "")
    return ""


def _why(kubectl: Kubectl, wanted: Look, status: Document) -> str:
    """Why a pod does not run: its newest warning, or what its container waits for."""
    events = [
        each
        for each in kubectl.objects("events", wanted.namespace)
        if each.get("involvedObject", {}).get("name") == wanted.name and each.get("type") == "Warning"
    ]
    if events:
        newest = max(events, key=lambda each: str(each.get("lastTimestamp") or ""))
        return f"{newest.get('reason')}: {' '.join(str(newest.get('message')).split())}"
    for each in status.get("containerStatuses") or ():
        waiting = each.get("state", {}).get("waiting") or {}
        if waiting:
            return f"{waiting.get('reason')}: {waiting.get('message', '')}".rstrip(": ")
    return "no node has taken it" if not status.get("startTime") else "it is still starting"
