"""Secrets that are not saved: the reason is what people read."""

from __future__ import annotations

from typing import Any

import pytest

from snapkeep.domain.objects.secrets.left_out import why_secret_left_out


def secret(kind: str = "Opaque", owner: str = "", **metadata: Any) -> dict[str, Any]:
    owners = [{"kind": owner, "name": "o", "controller": True}] if owner else []
    return {"kind": "Secret", "type": kind, "metadata": {"name": "db", "ownerReferences": owners, **metadata}}


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (secret(), ""),
        (secret("kubernetes.io/tls"), ""),
        (secret("kubernetes.io/service-account-token"), "the cluster makes a new token"),
        (secret("bootstrap.kubernetes.io/token"), "nodes join this cluster"),
        (secret("helm.sh/release.v1"), "a release of Helm's history"),
        (secret(labels={"owner": "helm"}), "a release of Helm's history"),
        (secret(labels={"snapkeep.io/exclude": "true"}), "its label snapkeep.io/exclude excludes it"),
        (secret(deletionTimestamp="2026-12-01T00:00:00Z"), "it was being deleted"),
        (secret(owner="ExternalSecret"), "ExternalSecret makes it"),
        (secret(owner="SealedSecret"), "SealedSecret makes it"),
    ],
)
def test_each_reason_is_told(found: dict[str, Any], reason: str) -> None:
    assert reason in why_secret_left_out(found)
    assert bool(why_secret_left_out(found)) == bool(reason)


def test_a_password_that_an_operator_made_up_is_saved() -> None:
    assert why_secret_left_out(secret(owner="PostgresCluster")) == ""
