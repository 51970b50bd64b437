"""`snapkeep objects`: counts, names and reasons, and the objects themselves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from snapkeep.domain.objects.secrets.sealed import context_of
from tests.fakes.kms import KEY
from tests.fakes.kubectl import FakeKubectl
from tests.fakes.objects import kind_named
from tests.fakes.saving import SavingWorld, run_of
from tests.fakes.world import SLOT
from tests.unit.snapkeep_cli.conftest import Command, connected
from tests.unit.snapkeep_cli.saved import put_behind_links


@pytest.fixture
def world() -> SavingWorld:
    """A night whose objects were saved: a deployment that names a Secret, and a replica set that it makes."""
    world = SavingWorld()
    env = [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}]
    template = {"spec": {"containers": [{"env": env}]}}
    owner = [{"kind": "Deployment", "name": "web", "controller": True}]
    world.objects.put("deployments.apps", "shop", "api", spec={"template": template})
    world.objects.put("replicasets.apps", "shop", "web-1", metadata={"ownerReferences": owner})
    world.objects.forbidden = {"cronjobs.batch"}
    world.back_up(SLOT)
    world.save()
    return world


VALUE = "Y29ycmVjdCBob3JzZQ=="


@pytest.fixture
def secret_world() -> SavingWorld:
    """A night whose Secrets were saved, too: two of the shop."""
    world = SavingWorld(secrets_key=KEY)
    world.objects.put("secrets", "shop", "db", type="Opaque", data={"user": VALUE, "password": VALUE})
    world.objects.put("secrets", "shop", "tls", type="kubernetes.io/tls", data={"tls.key": VALUE})
    world.back_up(SLOT)
    world.save()
    return world


@pytest.fixture
def with_secrets(secret_world: SavingWorld, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command in that world."""
    put_behind_links(secret_world, monkeypatch)
    return connected(secret_world, monkeypatch)


@pytest.fixture
def snapkeep(world: SavingWorld, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command, with the archives behind their links."""
    put_behind_links(world, monkeypatch)
    return connected(world, monkeypatch)


def test_a_run_shows_how_many_objects_it_saved_of_each_namespace(snapkeep: Command) -> None:
    ended = snapkeep("objects", run_of())
    assert ended.code == 0
    shop, store = ended.out.splitlines()[1:3]
    assert shop.split()[:6] == ["shop", "namespace", "3", "1", "0", "1"]
    assert store.split()[:4] == ["store", "namespace", "2", "0"]
    assert "cronjobs.batch" in shop
    assert f"snapkeep objects {run_of()} -n shop" in ended.err


def test_a_namespace_shows_names_and_what_was_left_out_and_why(snapkeep: Command) -> None:
    ended = snapkeep("objects", run_of(), "-n", "shop")
    assert ended.code == 0
    assert "deployments.apps" in ended.out and "api, web" in ended.out
    assert "Deployment makes it" in ended.out and "web-1" in ended.out
    assert "only a policy with `secrets` saves them" in ended.out
    assert "the Secrets db (password)" in ended.err
    assert json.loads(snapkeep("objects", run_of(), "-n", "shop", "-o", "json").out)["secrets"] == {
        "db": ["password"]
    }


def test_yaml_is_the_objects_of_one_namespace_or_of_all(snapkeep: Command) -> None:
    shop = list(yaml.safe_load_all(snapkeep("objects", run_of(), "-n", "shop", "-o", "yaml").out))
    assert [each["metadata"]["name"] for each in shop] == ["shop", "api", "web"]
    both = list(yaml.safe_load_all(snapkeep("objects", run_of(), "-o", "yaml").out))
    assert [each["kind"] for each in both].count("Namespace") == 2


def test_an_archive_with_another_checksum_is_refused(world: SavingWorld, snapkeep: Command) -> None:
    world.archives.texts[f"{run_of()}/shop"] += "---\nkind: Evil\n"
    ended = snapkeep("objects", run_of(), "-n", "shop", "-o", "yaml")
    assert ended.code != 0 and "Evil" not in ended.out
    assert "error[spoilt_download]" in ended.err


def test_a_run_that_saved_nothing_says_why(snapkeep: Command) -> None:
    ended = snapkeep("objects", run_of(1))
    assert ended.code != 0
    assert "no objects were saved with the run" in ended.err


@pytest.fixture
def kubectl(world: SavingWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeKubectl:
    """kubectl, of a cluster in which shop is as it was saved."""
    kubectl = FakeKubectl(tmp_path, monkeypatch)
    for kind in ("namespaces", "deployments.apps", "replicasets.apps"):
        kubectl.has(kind, live(world, kind))
    return kubectl


def live(world: SavingWorld, kind: str) -> list[dict[str, object]]:
    named, namespace = kind_named(kind), "" if kind == "namespaces" else "shop"
    items = [item for item in world.objects.items[kind, namespace] if item["metadata"]["name"] != "store"]
    return [{"apiVersion": named.api_version, "kind": named.kind, **item} for item in items]


def test_a_namespace_that_is_as_it_was_saved_has_no_differences(
    snapkeep: Command, kubectl: FakeKubectl
) -> None:
    ended = snapkeep("objects", run_of(), "-n", "shop", "--diff", "--context", "prod")
    assert (ended.code, ended.out) == (0, "")
    assert "3 saved on" in ended.err and "no differences" in ended.err
    assert "kubectl reads the cluster arn:cluster/myeks" in ended.err and "is that" not in ended.err
    assert "get namespaces shop --ignore-not-found --output json --context prod" in kubectl.asked
    assert any(line.startswith("get deployments.apps --namespace shop ") for line in kubectl.asked)
    assert not any(line.startswith(("get secrets", "get cronjobs")) for line in kubectl.asked)


def test_differences_are_a_diff_on_standard_output_and_end_with_1(
    world: SavingWorld, snapkeep: Command, kubectl: FakeKubectl
) -> None:
    web, _api = live(world, "deployments.apps")
    web["spec"] = {"replicas": 7}
    new = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "fresh", "namespace": "shop"}}
    kubectl.has("deployments.apps", [web])
    kubectl.has("configmaps", [new])
    ended = snapkeep("objects", run_of(), "-n", "shop", "--diff")
    assert ended.code == 1
    lines = ended.out.splitlines()
    assert "-  replicas: 2" in lines and "+  replicas: 7" in lines
    assert '-  name: "api"' in lines and '+  name: "fresh"' in lines
    assert "1 changed, 1 gone, 1 new" in ended.err


def test_a_point_means_its_run_and_namespace(snapkeep: Command, kubectl: FakeKubectl) -> None:
    (point,) = json.loads(snapkeep("get", "points", "-n", "shop", "-o", "json").out)["recovery_points"]
    assert snapkeep("objects", point["id"], "--diff").code == 0
    assert "api, web" in snapkeep("objects", point["id"]).out


def test_what_kubectl_may_not_read_is_said_and_is_no_difference(
    snapkeep: Command, kubectl: FakeKubectl
) -> None:
    kubectl.refuses("deployments.apps", "Error from server (Forbidden): deployments.apps is forbidden")
    ended = snapkeep("objects", run_of(), "-n", "shop", "--diff")
    assert (ended.code, ended.out) == (6, "")
    assert "deployments.apps are not compared, kubectl says: Error from server (Forbidden)" in ended.err


def test_a_kind_that_the_cluster_no_longer_has_is_gone_with_its_objects(
    snapkeep: Command, kubectl: FakeKubectl
) -> None:
    kubectl.refuses("deployments.apps", 'error: the server doesn\'t have a resource type "deployments"')
    ended = snapkeep("objects", run_of(), "-n", "shop", "--diff")
    assert ended.code == 1 and "2 gone" in ended.err


def test_without_kubectl_a_diff_says_where_to_get_it(
    snapkeep: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    ended = snapkeep("objects", run_of(), "-n", "shop", "--diff")
    assert ended.code == 2
    assert "error[no_kubectl]: kubectl is not on the PATH" in ended.err


def test_the_wrong_cluster_and_another_output_are_pointed_out(
    snapkeep: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    FakeKubectl(tmp_path, monkeypatch, cluster="staging")
    assert "is that myeks?" in snapkeep("objects", run_of(), "-n", "shop", "--diff").err
    assert snapkeep("objects", run_of(), "--diff", "-o", "json").code == 2


def test_into_another_namespace_prints_objects_for_kubectl(snapkeep: Command) -> None:
    ended = snapkeep("objects", run_of(), "-n", "shop", "--into", "copy", "-o", "yaml")
    assert ended.code == 0
    first, *others = list(yaml.safe_load_all(ended.out))
    assert (first["kind"], first["metadata"]["name"]) == ("Namespace", "copy")
    assert {each["metadata"]["namespace"] for each in others} == {"copy"}
    assert [each["kind"] for each in others] == ["Deployment", "Deployment"]


@pytest.mark.parametrize(
    "words",
    [("--into", "copy"), ("-n", "shop", "--into", "copy"), ("-n", "shop", "--into", "copy", "--diff")],
)
def test_into_needs_one_namespace_and_yaml(snapkeep: Command, words: tuple[str, ...]) -> None:
    ended = snapkeep("objects", run_of(), *words)
    assert ended.code == 2 and "error[usage]" in ended.err
    assert "`snapkeep restore-namespace --dry-run` shows" in ended.err


@pytest.mark.parametrize("output", ["table", "wide", "json"])
def test_secrets_are_shown_without_their_values(with_secrets: Command, output: str) -> None:
    ended = with_secrets("objects", run_of(), "-n", "shop", "--secrets", "-o", output)
    assert ended.code == 0
    for text in ("db", "Opaque", "password", "tls.key"):
        assert text in ended.out
    assert VALUE not in ended.out + ended.err


def test_secrets_are_for_kubectl_only_as_yaml_and_only_when_asked_for(with_secrets: Command) -> None:
    ended = with_secrets("objects", run_of(), "-n", "shop", "--secrets", "-o", "yaml")
    db, tls = yaml.safe_load_all(ended.out)
    assert db["data"] == {"user": VALUE, "password": VALUE} and tls["metadata"]["namespace"] == "shop"
    for more in ((), ("-o", "yaml"), ("-o", "json"), ("-o", "yaml", "--into", "copy")):
        assert VALUE not in with_secrets("objects", run_of(), "-n", "shop", *more).out


def test_secrets_go_into_another_namespace(with_secrets: Command) -> None:
    ended = with_secrets("objects", run_of(), "-n", "shop", "--secrets", "--into", "copy", "-o", "yaml")
    assert {each["metadata"]["namespace"] for each in yaml.safe_load_all(ended.out)} == {"copy"}


def test_a_person_is_told_which_secrets_are_saved(with_secrets: Command) -> None:
    assert with_secrets("objects", run_of()).out.splitlines()[1].split()[4:6] == ["2", "0"]
    assert (
        "saved apart, encrypted: the Secrets db, tls" in with_secrets("objects", run_of(), "-n", "shop").err
    )


def test_who_may_not_decrypt_is_told_what_is_needed(secret_world: SavingWorld, with_secrets: Command) -> None:
    secret_world.kms.refused.add(KEY)
    ended = with_secrets("objects", run_of(), "-n", "shop", "--secrets")
    assert ended.code == 5
    assert "the Secrets of shop cannot be decrypted" in ended.err
    assert f"you need kms:Decrypt on {KEY} yourself" in ended.err


def test_secrets_are_asked_for_with_their_cluster_namespace_and_run(
    secret_world: SavingWorld, with_secrets: Command
) -> None:
    with_secrets("objects", run_of(), "-n", "shop", "--secrets")
    assert secret_world.kms.calls[-1] == ("Decrypt", KEY, context_of("myeks", "shop", run_of()))


def test_a_file_of_secrets_that_was_changed_is_refused(
    secret_world: SavingWorld, with_secrets: Command
) -> None:
    (key,) = secret_world.archives.secrets
    secret_world.archives.secrets[key] += b"x"
    ended = with_secrets("objects", run_of(), "-n", "shop", "--secrets", "-o", "yaml")
    assert ended.code == 6 and ended.out == ""
    assert "the Secrets of shop have the SHA-256" in ended.err


def test_a_run_without_secrets_says_so(snapkeep: Command) -> None:
    ended = snapkeep("objects", run_of(), "-n", "shop", "--secrets")
    assert ended.code == 4
    assert f"no Secrets of shop were saved with {run_of()}" in ended.err


@pytest.mark.parametrize("arguments", [("--secrets",), ("-n", "shop", "--secrets", "--diff")])
def test_secrets_need_a_namespace_and_are_not_compared(
    with_secrets: Command, arguments: tuple[str, ...]
) -> None:
    ended = with_secrets("objects", run_of(), *arguments)
    assert ended.code == 2 and "--secrets goes with -n NAMESPACE" in ended.err
