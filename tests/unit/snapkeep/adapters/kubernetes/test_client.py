"""The HTTP client: every answer of the Kubernetes API becomes a document or one of our errors."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import urllib3

from snapkeep.adapters.kubernetes.client import KubernetesClient
from snapkeep.domain.errors import (
    ClusterUnreachable,
    NameTaken,
    NotAdmitted,
    NotFound,
    PermanentError,
    SnapkeepError,
    TemporaryError,
    Throttled,
)
from tests.unit.snapkeep.adapters.kubernetes.scripted import (
    ENDPOINT,
    NumberedTokens,
    Reply,
    ScriptedTransport,
    a_client,
    status,
)

CLAIMS = "/api/v1/persistentvolumeclaims"


def page(*names: str, token: str = "") -> Reply:
    items = [{"metadata": {"name": name, "uid": f"uid-{name}"}} for name in names]
    return Reply(200, {"metadata": {"continue": token}, "items": items})


def names(client: KubernetesClient) -> list[str]:
    return [item["metadata"]["name"] for item in client.list(CLAIMS)]


def test_a_list_is_read_in_pages_of_five_hundred() -> None:
    client, http = a_client(page("a", "b", token="next=1/+"), page("c"))
    assert names(client) == ["a", "b", "c"]
    assert [url for _, url, _ in http.requests] == [
        f"{CLAIMS}?limit=500",
        f"{CLAIMS}?limit=500&continue=next%3D1%2F%2B",
    ]


def test_an_expired_list_is_read_again_once_and_gives_nothing_twice() -> None:
    client, _ = a_client(
        page("a", "b", token="old"),
        status(410, "Expired", "The provided continue parameter is too old"),
        page("a", "b", token="new"),
        page("c"),
    )
    assert names(client) == ["a", "b", "c"]


def test_a_list_that_expires_twice_is_tried_again_later() -> None:
    expired = status(410, "Expired", "The provided continue parameter is too old")
    client, _ = a_client(page("a", token="old"), expired, page("a", token="old"), expired)
    with pytest.raises(TemporaryError, match="too old"):
        names(client)


def test_an_error_in_the_middle_of_a_list_is_not_the_end_of_it() -> None:
    client, _ = a_client(page("a", token="next"), status(500, "InternalError", "etcd is away"))
    with pytest.raises(ClusterUnreachable, match="etcd is away"):
        names(client)


def test_the_token_is_put_on_every_request() -> None:
    client, http = a_client(Reply(200, {}), Reply(201, {}))
    client.get("/version")
    client.create(CLAIMS, {"kind": "PersistentVolumeClaim"})
    assert [headers["Authorization"] for headers in http.headers] == ["Bearer token-0", "Bearer token-0"]
    assert http.headers[1]["Content-Type"] == "application/json"


def test_a_refused_token_is_renewed_and_the_call_repeated_once() -> None:
    client, http = a_client(status(401, "Unauthorized", "Unauthorized"), Reply(200, {"kind": "Pod"}))
    assert client.get("/api/v1/pods") == {"kind": "Pod"}
    assert [headers["Authorization"] for headers in http.headers] == ["Bearer token-0", "Bearer token-1"]


def test_a_cluster_that_does_not_know_our_role_counts_as_unreachable() -> None:
    unauthorized = status(401, "Unauthorized", "Unauthorized")
    client, http = a_client(unauthorized, unauthorized)
    with pytest.raises(ClusterUnreachable, match="access entry"):
        client.get("/api/v1/pods")
    assert len(http.requests) == 2


FORBIDDEN = (
    'pods is forbidden: User "backup" cannot list resource "pods" in API group "" at the cluster scope'
)


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        (status(403, "Forbidden", FORBIDDEN), PermanentError, ["GET /x", 'cannot list resource "pods"']),
        (status(404, "NotFound", 'pvc "x" not found'), NotFound, ['pvc "x" not found']),
        (status(409, "AlreadyExists", '"x" already exists'), NameTaken, ["already exists"]),
        (status(422, "Invalid", "spec is immutable"), PermanentError, ["422", "immutable"]),
        (status(500, "InternalError", "boom"), ClusterUnreachable, ["500", "boom"]),
        (status(503, "ServiceUnavailable", "starting"), ClusterUnreachable, ["503", "starting"]),
        (Reply(404, "404 page not found\n"), NotFound, ["404 page not found"]),
        (Reply(502, "<html>" + "bad gateway " * 100), ClusterUnreachable, ["bad gateway", "…"]),
    ],
)
def test_a_failure_says_what_was_called_and_why_it_failed(
    reply: Reply, error: type[SnapkeepError], words: list[str]
) -> None:
    client, _ = a_client(reply)
    with pytest.raises(error) as caught:
        client.get("/x")
    assert type(caught.value) is error
    assert all(word in caught.value.reason for word in [*words, "myeks"])
    assert len(caught.value.reason) < 400


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7), ("99999", 900), ("", 10), ("Wed, 21 Oct 2026 07:28:00 GMT", 10)]
)
def test_too_many_requests_waits_as_long_as_the_api_asks(header: str, seconds: int) -> None:
    client, _ = a_client(Reply(429, {"message": "slow down"}, {"Retry-After": header}))
    with pytest.raises(Throttled) as caught:
        client.get("/x")
    assert caught.value.delay == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "failure",
    [
        urllib3.exceptions.ConnectTimeoutError("connect timed out"),
        urllib3.exceptions.ReadTimeoutError(urllib3.HTTPSConnectionPool("host"), "/x", "read timed out"),
        ConnectionResetError("reset by peer"),
    ],
)
def test_no_answer_means_unreachable_and_is_told(failure: Exception) -> None:
    told: list[str] = []
    http = ScriptedTransport(failure)
    client = KubernetesClient("myeks", ENDPOINT, http, NumberedTokens(), lambda: told.append("lost"))
    with pytest.raises(ClusterUnreachable, match=r"myeks did not answer: [a-z ]+$"):
        client.get("/x")
    assert told == ["lost"]


QUOTA = (
    'volumesnapshots.snapshot.storage.k8s.io "data-1" is forbidden: exceeded quota: team, requested: '
    "count/volumesnapshots.snapshot.storage.k8s.io=1, used: count/volumesnapshots.snapshot.storage.k8s.io=5, "
    "limited: count/volumesnapshots.snapshot.storage.k8s.io=5"
)
TERMINATING = (
    'volumesnapshots.snapshot.storage.k8s.io "data-1" is forbidden: unable to create new content in '
    "namespace shop because it is being terminated"
)
WEBHOOK = 'admission webhook "validate.kyverno.svc" denied the request: no snapshots here'
OWN_POLICY = (
    'volumesnapshotcontents.snapshot.storage.k8s.io "x" is forbidden: ValidatingAdmissionPolicy '
    "'snapkeep-snapshot-contents' with binding 'snapkeep-snapshot-contents' denied request: "
    "functions of Snapkeep delete only VolumeSnapshotContents of their own classes"
)
POLICY = (
    "volumesnapshots.snapshot.storage.k8s.io \"data-1\" is forbidden: ValidatingAdmissionPolicy 'no' with "
    "binding 'no' denied request: no snapshots here"
)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (status(403, "Forbidden", QUOTA), "limited: count/volumesnapshots.snapshot.storage.k8s.io=5. Raise"),
        (status(403, "Forbidden", TERMINATING), "because it is being terminated. Wait"),
        (status(403, "Forbidden", WEBHOOK), "no snapshots here. Let that webhook or policy allow it"),
        (status(400, "BadRequest", WEBHOOK), "no snapshots here. Let that webhook or policy allow it"),
        (status(422, "Invalid", POLICY), "no snapshots here. Let that webhook or policy allow it"),
        (
            status(403, "Forbidden", 'pods "x" is forbidden: violates PodSecurity "restricted"'),
            "not RBAC",
        ),
    ],
)
def test_what_admission_refuses_is_not_answered_with_rbac(answer: Reply, words: str) -> None:
    client, _ = a_client(answer)
    with pytest.raises(NotAdmitted, match=re.escape(words)) as caught:
        client.create("/x", {})
    assert "snapkeep manifests" not in caught.value.reason


def test_what_rbac_refuses_is_answered_with_the_manifests() -> None:
    client, _ = a_client(status(403, "Forbidden", FORBIDDEN))
    with pytest.raises(PermanentError, match="Apply what `snapkeep manifests` prints") as caught:
        client.create("/x", {})
    assert not isinstance(caught.value, NotAdmitted)


def test_what_our_own_policies_refuse_is_answered_with_the_manifests_and_by_hand() -> None:
    client, _ = a_client(status(422, "Invalid", OWN_POLICY))
    with pytest.raises(NotAdmitted) as caught:
        client.delete("/x", "uid-1")
    assert "of their own classes. Apply what `snapkeep manifests` prints" in caught.value.reason
    assert "delete objects that are not Snapkeep's" in caught.value.reason
