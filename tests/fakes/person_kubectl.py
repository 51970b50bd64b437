"""A kubectl whose cluster is in memory: it makes and deletes objects, and its pods see a file system."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from snapkeep_cli.cluster.kubectl import KubectlFailed

Document = dict[str, Any]
KINDS = {"pods": "Pod", "pod": "Pod", "pvc": "PersistentVolumeClaim", "pv": "PersistentVolume"}
KINDS |= {"events": "Event"}


@dataclass
class PersonKubectl:
    """Has the methods of Kubectl. Every pod ends with `message`, or with the phase and status in `pod`;
    claims are bound unless `binds` is false. `refused` has what the cluster says to a verb and a kind."""

    message: str = ""
    pod: Document = field(default_factory=dict)
    binds: bool = True
    refused: dict[tuple[str, str], str] = field(default_factory=dict)
    all: dict[tuple[str, str, str], Document] = field(default_factory=dict)
    made: list[Document] = field(default_factory=list)
    context: str = ""

    def objects(self, kind: str, namespace: str, names: Sequence[str] = ()) -> list[Document]:
        """The objects of a kind, or those with these names."""
        self._check("get", KINDS[kind])
        return [
            each
            for (found, where, name), each in self.all.items()
            if (found, where) == (KINDS[kind], namespace) and (not names or name in names)
        ]

    def create(self, document: Document) -> bool:
        """Make an object; False if there is one with its name."""
        kind, meta = document["kind"], document["metadata"]
        self._check("create", kind)
        key = kind, meta.get("namespace", ""), meta["name"]
        if key in self.all:
            return False
        self.made.append(document)
        self.all[key] = {**document, "status": self._status(kind)}
        return True

    def delete(self, kind: str, namespace: str, name: str) -> None:
        """Delete an object."""
        self._check("delete", KINDS[kind])
        self.all.pop((KINDS[kind], namespace, name), None)

    def left(self) -> list[str]:
        """What is in the cluster, by kind and name."""
        return sorted(f"{kind} {name}" for kind, _, name in self.all)

    def _check(self, verb: str, kind: str) -> None:
        if text := self.refused.get((verb, kind)):
            raise KubectlFailed(text)

    def _status(self, kind: str) -> Document:
        if kind == "Pod":
            ended = {"state": {"terminated": {"exitCode": 0, "message": self.message}}}
            return self.pod or {"phase": "Succeeded", "containerStatuses": [ended]}
        return {"phase": "Bound" if self.binds else "Pending"}
