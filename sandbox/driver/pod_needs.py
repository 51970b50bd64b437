"""The Secrets and ConfigMaps without which a kubelet does not start the containers of a pod.

https://kubernetes.io/docs/concepts/configuration/secret/#optional-secrets
https://kubernetes.io/docs/concepts/configuration/configmap/#optional-references
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.driver.cluster import Cluster
from sandbox.driver.snapshot_words import Object

KINDS = {"secret": "secrets", "configmap": "configmaps"}
"""The plural names by the words that a kubelet uses."""


@dataclass(frozen=True, slots=True)
class Need:
    """An object that a pod names: its kind in a kubelet's words, its name, and the volume that it is mounted
    as ("" for environment variables)."""

    kind: str
    name: str
    volume: str = ""

    @property
    def missing(self) -> str:
        """How a kubelet says that it is not there."""
        return f'{self.kind} "{self.name}" not found'


def unmet(cluster: Cluster, pod: Object) -> Need | None:
    """The first object that a pod needs and that does not exist: volumes come before environments."""
    namespace = pod["metadata"]["namespace"]
    needs = [*_of_volumes(pod["spec"]), *_of_environments(pod["spec"])]
    return next(
        (each for each in needs if cluster.find(KINDS[each.kind], namespace, each.name) is None), None
    )


def _of_volumes(spec: Object) -> Iterator[Need]:
    for volume in spec.get("volumes") or []:
        sources = [volume, *(volume.get("projected", {}).get("sources") or [])]
        for source in sources:
            if (secret := source.get("secret")) and not secret.get("optional"):
                yield Need("secret", secret.get("secretName") or secret["name"], volume["name"])
            if (settings := source.get("configMap")) and not settings.get("optional"):
                yield Need("configmap", settings["name"], volume["name"])


def _of_environments(spec: Object) -> Iterator[Need]:
    for container in [*(spec.get("initContainers") or []), *(spec.get("containers") or [])]:
        for source in container.get("envFrom") or []:
            yield from _named(source.get("secretRef"), source.get("configMapRef"))
        for variable in container.get("env") or []:
            value = variable.get("valueFrom") or {}
            yield from _named(value.get("secretKeyRef"), value.get("configMapKeyRef"))


def _named(secret: Object | None, settings: Object | None) -> Iterator[Need]:
    for kind, reference in (("secret", secret), ("configmap", settings)):
        if reference and not reference.get("optional"):
            yield Need(kind, reference["name"])
