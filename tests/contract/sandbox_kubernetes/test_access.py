"""Who gets in, and what RBAC lets them do: the functions' roles, with the real answers."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox.kubernetes.cluster import ClusterServer, Settings
from sandbox.kubernetes.eks_tokens import LIFETIME, TokenRefused, read_token
from tests.contract.sandbox_kubernetes.aws import ACCOUNT, REGION, ROLE, SESSION, FakeAws, encode, token
from tests.contract.sandbox_kubernetes.client import (
    BINDINGS,
    NODES,
    PODS,
    ROLES,
    SNAPSHOTS,
    Client,
    pod,
    snapshot,
)

REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
RULES_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"


@pytest.fixture
def aws() -> Iterator[FakeAws]:
    aws = FakeAws()
    aws.entries[ROLE] = {"principalArn": ROLE, "username": "", "kubernetesGroups": ["snapkeep:backup"]}
    yield aws
    aws.stop()


@pytest.fixture
def server(tmp_path: Path, aws: FakeAws) -> Iterator[ClusterServer]:
    server = ClusterServer(Settings(tmp_path / "cluster", region=REGION, aws_endpoint=aws.start()))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def backup(server: ClusterServer) -> Client:
    return Client(server.url, server.certificate_authority, token())


def grant(admin: Client, *rules: dict[str, list[str]], group: str = "snapkeep:backup") -> None:
    api = "rbac.authorization.k8s.io"
    assert admin.post(ROLES, {"metadata": {"name": "backup"}, "rules": list(rules)}).status == 201
    binding = {
        "metadata": {"name": "backup"},
        "subjects": [{"kind": "Group", "apiGroup": api, "name": group}],
        "roleRef": {"kind": "ClusterRole", "apiGroup": api, "name": "backup"},
    }
    assert admin.post(BINDINGS, binding).status == 201


def rule(group: str, resources: str, verbs: str, names: str = "") -> dict[str, list[str]]:
    found = {"apiGroups": [group], "resources": resources.split(), "verbs": verbs.split()}
    return {**found, "resourceNames": names.split()} if names else found


def test_a_role_without_rules_is_known_and_may_do_nothing(backup: Client) -> None:
    refused = backup.get(NODES)
    assert (refused.status, refused.body["reason"]) == (403, "Forbidden")
    assert refused.message == (
        f'nodes is forbidden: User "{SESSION}" cannot list resource "nodes" in API group "" at the cluster '
        "scope"
    )


def test_a_binding_lets_the_group_of_the_access_entry_in(admin: Client, backup: Client) -> None:
    grant(admin, rule("snapshot.storage.k8s.io", "volumesnapshots", "create list"))
    assert backup.post(SNAPSHOTS, snapshot("s1", persistentVolumeClaimName="data")).status == 201
    refused = backup.delete(f"{SNAPSHOTS}/s1")
    assert refused.message == (
        f'volumesnapshots.snapshot.storage.k8s.io "s1" is forbidden: User "{SESSION}" cannot delete '
        'resource "volumesnapshots" in API group "snapshot.storage.k8s.io" in the namespace "default"'
    )


def test_a_subresource_needs_its_own_rule(admin: Client, backup: Client) -> None:
    grant(admin, rule("", "pods", "*"))
    admin.post(PODS, pod("web"))
    refused = backup.post(f"{PODS}/web/eviction", {"metadata": {"name": "web"}})
    assert refused.message == (
        f'pods "web" is forbidden: User "{SESSION}" cannot create resource "pods/eviction" in API group "" '
        'in the namespace "default"'
    )
    admin.put(
        f"{ROLES}/backup", {"metadata": {"name": "backup"}, "rules": [rule("", "pods/eviction", "create")]}
    )
    assert backup.post(f"{PODS}/web/eviction", {"metadata": {"name": "web"}}).status == 201
    assert backup.get(PODS).status == 403


def test_a_rule_with_names_covers_only_those(admin: Client, backup: Client) -> None:
    for name in ("n1", "n2"):
        admin.post(NODES, {"metadata": {"name": name}})
    grant(admin, rule("", "nodes", "get list", names="n1"))
    assert backup.get(f"{NODES}/n1").status == 200
    assert backup.get(f"{NODES}/n2").status == 403
    assert backup.get(NODES).status == 403
    assert backup.get(f"{NODES}?fieldSelector=metadata.name%3Dn1").status == 200


def test_a_role_counts_in_its_namespace_only(admin: Client, backup: Client) -> None:
    roles = "/apis/rbac.authorization.k8s.io/v1/namespaces/default"
    admin.post(f"{roles}/roles", {"metadata": {"name": "reader"}, "rules": [rule("", "pods", "list")]})
    subjects = [{"kind": "User", "name": SESSION}]
    reference = {"kind": "Role", "name": "reader"}
    admin.post(
        f"{roles}/rolebindings", {"metadata": {"name": "r"}, "subjects": subjects, "roleRef": reference}
    )
    assert backup.get(PODS).status == 200
    assert backup.get("/api/v1/namespaces/kube-system/pods").status == 403
    assert backup.get("/api/v1/pods").status == 403


def test_access_reviews_answer_by_the_same_rules(admin: Client, backup: Client) -> None:
    grant(admin, rule("", "pods/eviction", "create"))
    asked = {"verb": "create", "resource": "pods", "subresource": "eviction"}
    assert backup.post(REVIEWS, {"spec": {"resourceAttributes": asked}}).body["status"] == {
        "allowed": True,
        "reason": 'RBAC: allowed by ClusterRoleBinding "backup" of ClusterRole "backup" to Group '
        '"snapkeep:backup"',
    }
    asked = {"verb": "create", "resource": "pods"}
    assert backup.post(REVIEWS, {"spec": {"resourceAttributes": asked}}).body["status"] == {"allowed": False}
    rules = backup.post(RULES_REVIEWS, {"spec": {"namespace": "default"}}).body["status"]["resourceRules"]
    assert rule("", "pods/eviction", "create") in rules


def test_everybody_known_may_find_out_what_is_served(backup: Client) -> None:
    assert backup.get("/version").body["major"] == "1"
    kinds = [row["name"] for row in backup.get("/apis/snapshot.storage.k8s.io/v1").body["resources"]]
    assert "volumesnapshots" in kinds and "volumesnapshots/status" in kinds


def test_strangers_are_told_nothing_but_health(server: ClusterServer) -> None:
    stranger = Client(server.url, server.certificate_authority, "")
    assert stranger.get("/readyz").text == "ok"
    for path in (NODES, "/version", "/_sandbox/faults"):
        refused = stranger.get(path)
        assert refused.status == 401
        assert refused.body == {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": "Unauthorized",
            "reason": "Unauthorized",
            "code": 401,
        }


def test_tokens_for_another_cluster_and_of_strangers_are_refused(server: ClusterServer, aws: FakeAws) -> None:
    aws.callers["AKIAOTHER"] = f"arn:aws:iam::{ACCOUNT}:user/other"
    for refused in (token("elsewhere"), token(key="AKIAUNKNOWN"), token(key="AKIAOTHER"), "garbage"):
        assert Client(server.url, server.certificate_authority, refused).get(NODES).status == 401


def test_an_accepted_token_asks_sts_once_with_the_host_it_was_signed_for(
    backup: Client, aws: FakeAws
) -> None:
    for _ in range(3):
        assert backup.get(NODES).status == 403
    assert aws.sts_calls == [f"sts.{REGION}.amazonaws.com"]


def test_a_username_may_name_the_session(server: ClusterServer, aws: FakeAws) -> None:
    aws.entries[ROLE]["username"] = "snapkeep:{{SessionName}}"
    client = Client(server.url, server.certificate_authority, token())
    assert 'User "snapkeep:plan"' in client.get(NODES).message


STS = f"https://sts.{REGION}.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15"


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("k8s-aws-v1." + "A" * 4096, "too large"),
        ("k8s-aws-v2.abc", "prefix"),
        ("k8s-aws-v1.*", "base64url|unexpected place"),
        (encode("http://sts.amazonaws.com/?Action=GetCallerIdentity"), "unexpected place"),
        (
            token(url="https://sts.evil.example/?Action=GetCallerIdentity&Version=2011-06-15"),
            "unexpected place",
        ),
        (token(url=STS.replace("GetCallerIdentity", "AssumeRole")), "unexpected action"),
        (token(url=f"{STS}&Other=1"), "non-whitelisted"),
        (token(signed=False), "did not sign the x-k8s-aws-id header"),
    ],
)
def test_what_the_authenticator_refuses_without_asking_aws(bad: str, why: str) -> None:
    with pytest.raises(TokenRefused, match=why):
        read_token(bad, datetime.now(UTC))


def test_a_token_lives_fifteen_minutes_whatever_its_url_says() -> None:
    made, now = token(), datetime.now(UTC)
    assert read_token(made, now + LIFETIME - timedelta(seconds=5)).expires > now
    with pytest.raises(TokenRefused, match="expired"):
        read_token(made, now + LIFETIME + timedelta(seconds=5))
