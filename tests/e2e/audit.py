"""What the functions asked the API server, from its audit log.

https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

OURS = "snapkeep:"


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """One verb on one resource of an API group; subresources are written `pods/eviction`."""

    group: str
    resource: str
    verb: str

    def __str__(self) -> str:
        return f"{self.verb} {self.resource}" + (f".{self.group}" if self.group else "")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of a function, such as `plan-backup`, and how it was answered."""

    function: str
    right: Right
    name: str
    code: int
    answer: str


def asked(log: Path, start: int = 0) -> Iterator[Asked]:
    """Every request of a function after byte `start` of an audit log. What no resource has is left out: a
    look at `/version` needs no right.
    """
    with log.open("rb") as file:
        file.seek(start)
        for line in file:
            event = json.loads(line)
            groups = [each for each in event["user"].get("groups") or [] if each.startswith(OURS)]
            reference = event.get("objectRef") or {}
            if event["stage"] != "ResponseComplete" or not groups or "resource" not in reference:
                continue
            status = event.get("responseStatus") or {}
            resource = "/".join(filter(None, (reference["resource"], reference.get("subresource"))))
            yield Asked(
                groups[0].removeprefix(OURS),
                Right(reference.get("apiGroup", ""), resource, event["verb"]),
                "/".join(filter(None, (reference.get("namespace"), reference.get("name")))),
                status.get("code", 0),
                status.get("message", ""),
            )


def granted(manifests: str) -> dict[str, set[Right]]:
    """What the ClusterRoles of `snapkeep manifests` allow, by function: it may have several."""
    rights: dict[str, set[Right]] = {}
    for document in yaml.safe_load_all(manifests):
        if document["kind"] == "ClusterRole" and document["metadata"]["name"].startswith(OURS):
            function = document["metadata"]["name"].removeprefix(OURS).partition(":")[0]
            rights.setdefault(function, set()).update(
                Right(group, resource, verb)
                for rule in document["rules"]
                for group in rule["apiGroups"]
                for resource in rule["resources"]
                for verb in rule["verbs"]
            )
    return rights
