"""A LimitRange refuses claims outside its bounds, in the real API server's words."""

import pytest

from tests.contract.sandbox_kubernetes.client import CLAIMS, Client, claim

LIMITS = "/api/v1/namespaces/default/limitranges"


def bounds(admin: Client, **limit: dict[str, str]) -> None:
    """Make a LimitRange for claims."""
    spec = {"limits": [{"type": "PersistentVolumeClaim", **limit}]}
    assert admin.post(LIMITS, {"metadata": {"name": "claims"}, "spec": spec}).status == 201


@pytest.mark.parametrize(
    ("size", "text"),
    [
        ("1Gi", "minimum storage usage per PersistentVolumeClaim is 2Gi, but request is 1Gi"),
        ("10Gi", "maximum storage usage per PersistentVolumeClaim is 8Gi, but request is 10Gi"),
    ],
)
def test_a_claim_outside_the_bounds_is_refused_with_both_figures(admin: Client, size: str, text: str) -> None:
    bounds(admin, min={"storage": "2Gi"}, max={"storage": "8Gi"})
    refused = admin.post(CLAIMS, claim("data", size))
    assert (refused.status, refused.body["reason"]) == (403, "Forbidden")
    assert refused.message == f'persistentvolumeclaims "data" is forbidden: {text}'
    assert admin.names(CLAIMS) == []


def test_a_claim_within_them_is_made(admin: Client) -> None:
    bounds(admin, min={"storage": "2Gi"}, max={"storage": "8Gi"})
    assert admin.post(CLAIMS, claim("data", "8Gi")).status == 201


def test_a_size_may_begin_with_its_point(admin: Client) -> None:
    bounds(admin, min={"storage": "512Mi"}, max={"storage": "8Gi"})
    assert admin.post(CLAIMS, claim("data", ".5Gi")).status == 201
