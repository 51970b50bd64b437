"""ResourceQuota: what a namespace may hold, enforced at admission and counted in the quota's status.

Counted: storage and claims, in total and per StorageClass, and objects of any kind by
`count/<plural>.<group>`. A quota with scopes does not count these and is left alone.
Sources: https://kubernetes.io/docs/concepts/policy/resource-quotas/, k8s.io/kubernetes
`pkg/quota/v1/evaluator/core/persistent_volume_claims.go` and k8s.io/apiserver
`pkg/admission/plugin/resourcequota/controller.go` (the text of the refusal).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from sandbox.kubernetes import errors
from sandbox.kubernetes.quantity import canonical, quantity
from sandbox.kubernetes.requests import Object, Target
from sandbox.kubernetes.resources import RESOURCES, Resource
from sandbox.kubernetes.store import NotFound, Store

QUOTAS = "resourcequotas"
_OF_CLASS = ".storageclass.storage.k8s.io/"
_PLAIN = frozenset({"configmaps", "persistentvolumeclaims", "pods", "resourcequotas", "secrets", "services"})
"""Kinds of the core group that a quota may also count by their plain name."""
_CLASS = "volume.beta.kubernetes.io/storage-class"


@dataclass(frozen=True)
class Amount:
    """A quantity and whether its units are powers of 1024; zero takes the units of what is added to it."""

    value: Fraction
    binary: bool = False

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.value + other.value, self.binary if self.value else other.binary)

    def __str__(self) -> str:
        return canonical(self.value, self.binary)


Amounts = Mapping[str, Amount]
_ZERO = Amount(Fraction(0))
_ONE = Amount(Fraction(1))


def amount(text: str | int) -> Amount:
    """The amount a quantity means. Raises ApiError 400 if it is not a quantity."""
    return Amount(quantity(text), str(text).endswith("i"))


def usage(resource: Resource, obj: Object) -> Amounts:
    """One object's usage, by quota resource name."""
    found = {f"count/{resource.qualified}": _ONE}
    if resource.plural in _PLAIN:
        found[resource.plural] = _ONE
    if resource.plural != "persistentvolumeclaims":
        return found
    requests = (obj.get("spec", {}).get("resources") or {}).get("requests") or {}
    storage = amount(requests.get("storage", "0"))
    found["requests.storage"] = storage
    annotations = obj["metadata"].get("annotations") or {}
    name = annotations.get(_CLASS) or obj["spec"].get("storageClassName")
    if name:
        found[f"{name}{_OF_CLASS}persistentvolumeclaims"] = _ONE
        found[f"{name}{_OF_CLASS}requests.storage"] = storage
    return found


def refuse_exceeded(store: Store, target: Target, new: Object, old: Object | None = None) -> None:
    """Raise ApiError 403, in the real server's words, if the new or changed object exceeds a quota.

    Hold the store's lock: nobody may write between this check and the write it guards.
    """
    quotas = _quotas(store, target.namespace)
    if not quotas:
        return
    before = usage(target.resource, old) if old else {}
    grown = {
        name: Amount(each.value - before.get(name, _ZERO).value, each.binary)
        for name, each in usage(target.resource, new).items()
        if each.value > before.get(name, _ZERO).value
    }
    for quota in quotas:
        hard = _hard(quota)
        wanted = {name: each for name, each in grown.items() if name in hard}
        if not wanted:
            continue
        used = _used(store, target.namespace, wanted)
        exceeded = [name for name in wanted if (used[name] + wanted[name]).value > hard[name].value]
        if exceeded:
            shown = [_shown(amounts, exceeded) for amounts in (wanted, used, hard)]
            why = "exceeded quota: {}, requested: {}, used: {}, limited: {}"
            text = why.format(quota["metadata"]["name"], *shown)
            raise errors.forbidden(target.resource, new["metadata"].get("name", ""), text)


def count(store: Store, namespace: str | None, resource: str = QUOTAS) -> None:
    """Update the status of the namespace's quotas after a change to an object of this kind."""
    counted = {f"count/{RESOURCES[resource].qualified}", resource}
    for quota in _quotas(store, namespace):
        hard = _hard(quota)
        storage = resource == "persistentvolumeclaims" and any("storage" in name for name in hard)
        if resource == QUOTAS or storage or counted & set(hard):
            _write(store, quota, hard, _used(store, namespace, hard))


def _write(store: Store, quota: Object, hard: Amounts, used: Amounts) -> None:
    status = {
        "hard": {name: str(each) for name, each in sorted(hard.items())},
        "used": {name: str(each) for name, each in sorted(used.items())},
    }
    meta = quota["metadata"]
    try:
        store.update(QUOTAS, meta["namespace"], meta["name"], lambda obj: obj.update(status=status))
    except NotFound:
        return


def _quotas(store: Store, namespace: str | None) -> list[Object]:
    if namespace is None:
        return []
    found = store.peek_all(QUOTAS, namespace)[0]
    return [each for each in found if not {"scopes", "scopeSelector"} & set(each.get("spec") or {})]


def _hard(quota: Object) -> Amounts:
    return {name: amount(text) for name, text in (quota["spec"].get("hard") or {}).items()}


def _used(store: Store, namespace: str | None, names: Iterable[str]) -> dict[str, Amount]:
    """How much of these resources the namespace uses, computed from the objects themselves."""
    used = dict.fromkeys(names, _ZERO)
    for resource in RESOURCES.values():
        if not resource.namespaced or not _is_counted(resource, used):
            continue
        for obj in store.peek_all(resource.plural, namespace)[0]:
            for name, each in usage(resource, obj).items():
                if name in used:
                    used[name] = used[name] + each
    return used


def _is_counted(resource: Resource, names: Iterable[str]) -> bool:
    if f"count/{resource.qualified}" in names or (resource.plural in _PLAIN and resource.plural in names):
        return True
    storage = any(name == "requests.storage" or _OF_CLASS in name for name in names)
    return storage and resource.plural == "persistentvolumeclaims"


def _shown(amounts: Amounts, names: Iterable[str]) -> str:
    return ",".join(f"{name}={amounts[name]}" for name in sorted(names))
