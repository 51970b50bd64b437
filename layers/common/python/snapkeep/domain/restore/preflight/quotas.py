"""Checks whether a ResourceQuota of the namespace would refuse the claim.

https://kubernetes.io/docs/concepts/policy/resource-quotas/#storage-resource-quota
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from snapkeep.domain.restore.findings import Finding, error
from snapkeep.domain.restore.requests import RestoreRequest
from snapkeep.domain.restore.targets import QuotaFacts
from snapkeep.domain.sizes import format_quantity, parse_quantity

STORAGE = "requests.storage"
CLAIMS = "persistentvolumeclaims"
COUNT = "count/persistentvolumeclaims"
SNAPSHOTS = "count/volumesnapshots.snapshot.storage.k8s.io"
OF_CLASS = ".storageclass.storage.k8s.io/"


def import_quota_findings(request: RestoreRequest, quotas: Iterable[QuotaFacts]) -> Iterator[Finding]:
    """An error for each quota that has no room for an import's VolumeSnapshot."""
    for quota in sorted(quotas, key=lambda item: item.name):
        hard, used = _quantity(quota.hard, SNAPSHOTS), _quantity(quota.used, SNAPSHOTS) or 0
        if hard is not None and used + 1 > hard:
            yield error(
                "quota_snapshots",
                f"quota {quota.name} of namespace {request.namespace} allows {hard} of {SNAPSHOTS}, {used} "
                "exist, and the restore imports one",
                f"raise {SNAPSHOTS} to {used + 1} or more, or delete a VolumeSnapshot",
            )


def quota_findings(
    request: RestoreRequest, storage_class: str, size_bytes: int, quotas: Iterable[QuotaFacts]
) -> Iterator[Finding]:
    """An error for each quota that has too little left for one claim of `size_bytes`."""
    for quota in sorted(quotas, key=lambda item: item.name):
        for name in (STORAGE, f"{storage_class}{OF_CLASS}{STORAGE}"):
            yield from _storage(request, quota, name, size_bytes)
        for name in (CLAIMS, COUNT, f"{storage_class}{OF_CLASS}{CLAIMS}"):
            yield from _count(request, quota, name)


def _storage(request: RestoreRequest, quota: QuotaFacts, name: str, size_bytes: int) -> Iterator[Finding]:
    hard, used = _quantity(quota.hard, name), _quantity(quota.used, name) or 0
    if hard is not None and used + size_bytes > hard:
        yield error(
            "quota_storage",
            f"quota {quota.name} of namespace {request.namespace} allows {format_quantity(hard)} of {name}, "
            f"{format_quantity(used)} are used, and {format_quantity(size_bytes)} are needed",
            f"raise {name} to {format_quantity(used + size_bytes)} or more, or delete claims",
        )


def _count(request: RestoreRequest, quota: QuotaFacts, name: str) -> Iterator[Finding]:
    hard, used = _quantity(quota.hard, name), _quantity(quota.used, name) or 0
    if hard is not None and used + 1 > hard:
        yield error(
            "quota_claims",
            f"quota {quota.name} of namespace {request.namespace} allows {hard} of {name}, "
            f"and {used} are there",
            f"raise {name} to {used + 1} or more, or delete a claim",
        )


def _quantity(amounts: Mapping[str, str], name: str) -> int | None:
    """The amount, or None when the quota does not limit it or the value cannot be parsed."""
    try:
        return parse_quantity(amounts[name])
    except (KeyError, ValueError):
        return None
