"""Which Secrets are saved where a policy wants them, and why others are not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from snapkeep.domain.object_labels import EXCLUDE

KIND = "secrets"

TYPES: Mapping[str, str] = {
    "kubernetes.io/service-account-token": "the cluster makes a new token",
    "bootstrap.kubernetes.io/token": "it lets nodes join this cluster",
    "helm.sh/release.v1": "it is a release of Helm's history",
}
"""Types of Secret that are not saved, and why.
https://kubernetes.io/docs/concepts/configuration/secret/#secret-types"""

SOURCES = frozenset(
    {
        "ExternalSecret",
        "HCPVaultSecretsApp",
        "InfisicalSecret",
        "OnePasswordItem",
        "SealedSecret",
        "SopsSecret",
        "VaultDynamicSecret",
        "VaultPKISecret",
        "VaultStaticSecret",
    }
)
"""Owners that bring the same value from elsewhere, or a new one that is valid. Any other owner may have made
the value up, such as the password of a database, and then nothing else has it."""


def why_secret_left_out(item: Mapping[str, Any]) -> str:
    """Why a Secret is not saved; "" if it is."""
    metadata = item.get("metadata") or {}
    labels = metadata.get("labels") or {}
    if metadata.get("deletionTimestamp"):
        return "it was being deleted"
    if source := source_of(item):
        return f"{source} makes it"
    if labels.get(EXCLUDE) == "true":
        return f"its label {EXCLUDE} excludes it"
    if str(labels.get("owner", "")).lower() == "helm":
        return TYPES["helm.sh/release.v1"]
    return TYPES.get(str(item.get("type")), "")


def source_of(item: Mapping[str, Any]) -> str:
    """The kind of the owner that brings a Secret from elsewhere; "" for none."""
    owners = (item.get("metadata") or {}).get("ownerReferences") or ()
    kinds = (str(owner.get("kind")) for owner in owners)
    return next((kind for kind in kinds if kind in SOURCES), "")
