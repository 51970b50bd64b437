"""A ResourceQuota refuses what does not fit, in the real API server's words, and counts what is there."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.contract.sandbox_kubernetes.client import CLAIMS, SNAPSHOTS, TABLE, Client, claim, snapshot
from tests.contract.sandbox_kubernetes.waiting import eventually

QUOTAS = "/api/v1/namespaces/default/resourcequotas"


def quota(admin: Client, name: str = "storage", **hard: str) -> Any:
    """Make a quota; its names come with `_` for `.` and `__` for `/`."""
    named = {key.replace("__", "/").replace("_", "."): value for key, value in hard.items()}
    made = admin.post(QUOTAS, {"metadata": {"name": name}, "spec": {"hard": named}})
    assert made.status == 201, made.text
    return made.body


def used(admin: Client, name: str = "storage") -> dict[str, str]:
    return dict(admin.get(f"{QUOTAS}/{name}").body["status"]["used"])


def test_a_claim_over_the_storage_is_refused_with_all_three_figures(admin: Client) -> None:
    quota(admin, requests_storage="15Gi")
    assert admin.post(CLAIMS, claim("first", "8Gi")).status == 201

    refused = admin.post(CLAIMS, claim("second", "10Gi"))

    assert (refused.status, refused.body["reason"]) == (403, "Forbidden")
    assert refused.message == (
        'persistentvolumeclaims "second" is forbidden: exceeded quota: storage, '
        "requested: requests.storage=10Gi, used: requests.storage=8Gi, limited: requests.storage=15Gi"
    )
    assert refused.body["details"] == {"name": "second", "kind": "persistentvolumeclaims"}
    assert admin.names(CLAIMS) == ["first"]
    assert admin.post(CLAIMS, claim("third", "7Gi")).status == 201


def test_every_exceeded_name_is_listed_in_order(admin: Client) -> None:
    quota(admin, requests_storage="1Gi", persistentvolumeclaims="0")

    assert admin.post(CLAIMS, claim("data", "4Gi")).message.endswith(
        "exceeded quota: storage, requested: persistentvolumeclaims=1,requests.storage=4Gi, "
        "used: persistentvolumeclaims=0,requests.storage=0, "
        "limited: persistentvolumeclaims=0,requests.storage=1Gi"
    )


def test_a_storage_class_has_figures_of_its_own(admin: Client) -> None:
    of_class = "gp3.storageclass.storage.k8s.io"
    hard = {f"{of_class}/requests.storage": "5Gi", f"{of_class}/persistentvolumeclaims": "1"}
    admin.post(QUOTAS, {"metadata": {"name": "gp3"}, "spec": {"hard": hard}})
    assert admin.post(CLAIMS, claim("fast", "4Gi", storageClassName="gp3")).status == 201
    assert admin.post(CLAIMS, claim("slow", "400Gi", storageClassName="sc1")).status == 201

    refused = admin.post(CLAIMS, claim("faster", "1Gi", storageClassName="gp3"))

    assert refused.message.endswith(
        f"exceeded quota: gp3, requested: {of_class}/persistentvolumeclaims=1, "
        f"used: {of_class}/persistentvolumeclaims=1, limited: {of_class}/persistentvolumeclaims=1"
    )
    assert used(admin, "gp3") == {
        f"{of_class}/persistentvolumeclaims": "1",
        f"{of_class}/requests.storage": "4Gi",
    }


def test_the_status_counts_what_is_there_and_forgets_what_is_gone(admin: Client) -> None:
    admin.post(CLAIMS, claim("before", "1536Mi"))
    made = quota(admin, requests_storage="20Gi", persistentvolumeclaims="5")
    assert made["status"] == {
        "hard": {"persistentvolumeclaims": "5", "requests.storage": "20Gi"},
        "used": {"persistentvolumeclaims": "1", "requests.storage": "1536Mi"},
    }

    admin.post(CLAIMS, claim("after", "512Mi"))
    assert used(admin) == {"persistentvolumeclaims": "2", "requests.storage": "2Gi"}

    admin.delete(f"{CLAIMS}/before")
    eventually(lambda: used(admin) == {"persistentvolumeclaims": "1", "requests.storage": "512Mi"})


def test_a_claim_that_grows_must_fit_too(admin: Client) -> None:
    classes = "/apis/storage.k8s.io/v1/storageclasses"
    admin.post(classes, {"metadata": {"name": "gp3"}, "provisioner": "x", "allowVolumeExpansion": True})
    admin.post(CLAIMS, claim("data", "4Gi", storageClassName="gp3", volumeName="pv"))
    admin.patch(f"{CLAIMS}/data/status", {"status": {"phase": "Bound"}})
    quota(admin, requests_storage="10Gi")
    larger: Any = {"spec": {"resources": {"requests": {"storage": "12Gi"}}}}

    refused = admin.patch(f"{CLAIMS}/data", larger)

    assert refused.message == (
        'persistentvolumeclaims "data" is forbidden: exceeded quota: storage, '
        "requested: requests.storage=8Gi, used: requests.storage=4Gi, limited: requests.storage=10Gi"
    )
    larger["spec"]["resources"]["requests"]["storage"] = "10Gi"
    assert admin.patch(f"{CLAIMS}/data", larger).status == 200
    assert admin.patch(f"{CLAIMS}/data", {"metadata": {"labels": {"a": "b"}}}).status == 200


def test_volume_snapshots_are_counted_by_their_full_name(admin: Client) -> None:
    hard = {"count/volumesnapshots.snapshot.storage.k8s.io": "1"}
    admin.post(QUOTAS, {"metadata": {"name": "snapshots"}, "spec": {"hard": hard}})
    admin.post(SNAPSHOTS, snapshot("one", persistentVolumeClaimName="data"))

    refused = admin.post(SNAPSHOTS, snapshot("two", persistentVolumeClaimName="data"))

    assert refused.message == (
        'volumesnapshots.snapshot.storage.k8s.io "two" is forbidden: exceeded quota: snapshots, '
        "requested: count/volumesnapshots.snapshot.storage.k8s.io=1, "
        "used: count/volumesnapshots.snapshot.storage.k8s.io=1, "
        "limited: count/volumesnapshots.snapshot.storage.k8s.io=1"
    )


def test_a_dry_run_is_checked_and_uses_nothing(admin: Client) -> None:
    quota(admin, requests_storage="5Gi")

    assert admin.post(f"{CLAIMS}?dryRun=All", claim("fits", "5Gi")).status == 201
    assert admin.post(f"{CLAIMS}?dryRun=All", claim("too-large", "6Gi")).status == 403
    assert used(admin) == {"requests.storage": "0"}


def test_another_namespace_is_not_concerned(admin: Client) -> None:
    quota(admin, requests_storage="1Gi")
    admin.post("/api/v1/namespaces", {"metadata": {"name": "other"}})

    assert admin.post("/api/v1/namespaces/other/persistentvolumeclaims", claim("data")).status == 201


def test_the_last_of_a_quota_goes_to_one_of_many(admin: Client) -> None:
    quota(admin, requests_storage="4Gi")

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda n: admin.post(CLAIMS, claim(f"c{n}", "4Gi")).status, range(8)))

    assert sorted(statuses) == [201] + [403] * 7


@pytest.mark.parametrize(
    ("first", "second", "shown"),
    [("1G", "500M", "1500M"), ("1Gi", "1G", "2073741824"), ("1073741824", "1Gi", "2147483648")],
)
def test_sums_keep_the_units_of_the_first(admin: Client, first: str, second: str, shown: str) -> None:
    quota(admin, requests_storage="100Gi")
    admin.post(CLAIMS, claim("a", first))
    admin.post(CLAIMS, claim("b", second))

    assert used(admin) == {"requests.storage": shown}


def test_kubectl_shows_used_and_hard(admin: Client) -> None:
    quota(admin, requests_storage="5Gi", persistentvolumeclaims="3")
    admin.post(CLAIMS, claim("data", "4Gi"))

    table = admin.get(QUOTAS, Accept=TABLE).body

    assert table["rows"][0]["cells"][1] == "persistentvolumeclaims: 1/3, requests.storage: 4Gi/5Gi"
