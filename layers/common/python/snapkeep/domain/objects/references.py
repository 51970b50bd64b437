"""What an object names: the claims, ConfigMaps, Secrets and the account of its pods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Document = Mapping[str, Any]


@dataclass(slots=True)
class References:
    """Names in the namespace of an object. `secrets` maps each Secret to the keys that are named; none means
    the whole Secret."""

    claims: set[str] = field(default_factory=set)
    config_maps: set[str] = field(default_factory=set)
    secrets: dict[str, set[str]] = field(default_factory=dict)
    accounts: set[str] = field(default_factory=set)

    def add(self, other: References) -> None:
        """Include what another object names."""
        self.claims |= other.claims
        self.config_maps |= other.config_maps
        self.accounts |= other.accounts
        for name, keys in other.secrets.items():
            self.secret(name, keys)

    def secret(self, name: str, keys: set[str] | frozenset[str] = frozenset()) -> None:
        """Note that a Secret is named, and which of its keys."""
        if name:
            self.secrets.setdefault(name, set()).update(keys)


def pod_spec(item: Document) -> Document:
    """The spec of the pods that an object is or makes; {} for any other object."""
    spec = item.get("spec") or {}
    if item.get("kind") == "Pod":
        return spec
    if item.get("kind") == "CronJob":
        spec = (spec.get("jobTemplate") or {}).get("spec") or {}
    template = item.get("template") if item.get("kind") == "PodTemplate" else spec.get("template")
    found = template.get("spec") if isinstance(template, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def pod_labels(item: Document) -> Mapping[str, str]:
    """The labels of the pods that an object is or makes."""
    if item.get("kind") == "Pod":
        return (item.get("metadata") or {}).get("labels") or {}
    spec = item.get("spec") or {}
    if item.get("kind") == "CronJob":
        spec = (spec.get("jobTemplate") or {}).get("spec") or {}
    return ((spec.get("template") or {}).get("metadata") or {}).get("labels") or {}


def references(item: Document) -> References:
    """What an object names, by its pods, or as an Ingress or a ServiceAccount does."""
    found = References()
    spec = pod_spec(item)
    for volume in spec.get("volumes") or ():
        _volume(volume, found)
    for container in (*(spec.get("initContainers") or ()), *(spec.get("containers") or ())):
        _container(container, found)
    if spec:
        found.accounts.add(spec.get("serviceAccountName") or "default")
    for each in (*(spec.get("imagePullSecrets") or ()), *_of_account(item), *_of_ingress(item)):
        found.secret(str(each or "") if not isinstance(each, Mapping) else str(each.get("name") or ""))
    return found


def _volume(volume: Document, found: References) -> None:
    """https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/volume/"""
    if claim := (volume.get("persistentVolumeClaim") or {}).get("claimName"):
        found.claims.add(claim)
    for source in (volume, *((volume.get("projected") or {}).get("sources") or ())):
        if name := (source.get("configMap") or {}).get("name"):
            found.config_maps.add(name)
        secret = source.get("secret") or {}
        keys = {str(each["key"]) for each in secret.get("items") or () if each.get("key")}
        found.secret(secret.get("secretName") or secret.get("name") or "", keys)
    for driver in ("csi", "flexVolume", "cephfs", "rbd", "iscsi", "scaleIO", "storageos"):
        source = volume.get(driver) or {}
        secret = source.get("nodePublishSecretRef") or source.get("secretRef") or {}
        found.secret(secret.get("name") or "")


def _container(container: Document, found: References) -> None:
    for source in container.get("envFrom") or ():
        if name := (source.get("configMapRef") or {}).get("name"):
            found.config_maps.add(name)
        found.secret((source.get("secretRef") or {}).get("name") or "")
    for variable in container.get("env") or ():
        value = variable.get("valueFrom") or {}
        if name := (value.get("configMapKeyRef") or {}).get("name"):
            found.config_maps.add(name)
        secret = value.get("secretKeyRef") or {}
        found.secret(secret.get("name") or "", {secret["key"]} if secret.get("key") else frozenset())


def _of_account(item: Document) -> Iterator[Document]:
    if item.get("kind") == "ServiceAccount":
        yield from (*(item.get("imagePullSecrets") or ()), *(item.get("secrets") or ()))


def _of_ingress(item: Document) -> Iterator[str]:
    if item.get("kind") == "Ingress":
        yield from (str(each.get("secretName") or "") for each in (item.get("spec") or {}).get("tls") or ())
