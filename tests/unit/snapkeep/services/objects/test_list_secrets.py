"""Secrets are saved where a policy wants them, and what they say is readable nowhere."""

from __future__ import annotations

import base64
import dataclasses
from typing import Any

import pytest
import yaml

from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.objects.manifests import Manifest, from_document, to_document
from snapkeep.domain.objects.rules import ObjectScope
from snapkeep.domain.objects.saved import Saved
from snapkeep.domain.objects.secrets.sealed import context_of
from snapkeep.domain.retention.deletion.locks import Lock, LockMode
from snapkeep_cli.objects.opening import opened
from tests.fakes.faults import Crash
from tests.fakes.kms import KEY
from tests.fakes.objects import kind_named
from tests.fakes.saving import SavingWorld, run_of
from tests.fakes.world import SLOT

PASSWORD = "correct horse battery staple"
ENCODED = base64.b64encode(PASSWORD.encode()).decode()
FILE = f"{run_of()}/shop.secrets.enc"


class SecretWorld(SavingWorld):
    """The shop has a password that its web server names, another Secret, and some that are not saved."""

    def __init__(self, **policy: Any) -> None:
        super().__init__(**{"secrets_key": KEY, **policy})
        applied = {"kubectl.kubernetes.io/last-applied-configuration": f'{{"data": "{ENCODED}"}}'}
        self.put("db", metadata={"annotations": applied, "resourceVersion": "7"})
        self.put("other")
        self.put("token", type="kubernetes.io/service-account-token")
        self.put("from-vault", metadata={"ownerReferences": [{"kind": "ExternalSecret", "controller": True}]})
        volumes = [{"name": name, "secret": {"secretName": name}} for name in ("db", "from-vault", "nowhere")]
        template = {
            "spec": {"volumes": [{"name": "d", "persistentVolumeClaim": {"claimName": "data"}}, *volumes]}
        }
        self.objects.items["deployments.apps", "shop"][0]["spec"]["template"] = template
        self.back_up(SLOT)

    def put(self, name: str, **fields: Any) -> None:
        """A Secret of the shop."""
        given = {"type": "Opaque", "data": {"password": ENCODED}, **fields}
        self.objects.put("secrets", "shop", name, **given)

    def manifest(self) -> Manifest:
        """The manifest of the shop."""
        return self.archives.manifests[f"{run_of()}/shop"]

    def record(self) -> Saved:
        """The shop's record in the journal."""
        return next(each for each in self.records() if each.subject.namespace == "shop")

    def opened(self) -> list[dict[str, Any]]:
        """The Secrets in the shop's file."""
        context = context_of("myeks", "shop", run_of())
        return list(yaml.safe_load_all(opened(self.kms, self.archives.secrets[FILE], KEY, context)))


def test_the_secrets_of_a_namespace_are_saved_clean() -> None:
    world = SecretWorld()
    assert world.save().given_up == {}
    db, other = world.opened()
    assert db == {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "db", "namespace": "shop"},
        "type": "Opaque",
        "data": {"password": ENCODED},
    }
    assert other["metadata"]["name"] == "other"


def test_a_workload_is_saved_with_the_secrets_that_it_names() -> None:
    world = SecretWorld(objects=ObjectScope.WORKLOAD)
    world.save()
    assert [each["metadata"]["name"] for each in world.opened()] == ["db"]


def test_the_manifest_names_what_is_saved_what_is_not_and_what_is_missing() -> None:
    world = SecretWorld()
    world.save()
    found = world.manifest()
    assert found.secrets_saved == ("db", "other") and found.secrets_file
    assert found.secrets_file.key == FILE and found.secrets_file.kms_key == KEY
    assert found.secrets_missing == ("from-vault", "nowhere")
    left = {each.reason: each.names for each in found.left_out if each.kind == "secrets"}
    assert left == {
        "ExternalSecret makes it": ("from-vault",),
        "the cluster makes a new token": ("token",),
    }
    assert "secrets" not in found.kinds


def test_the_record_says_where_the_secrets_are() -> None:
    world = SecretWorld()
    world.save()
    record = world.record()
    assert (record.secrets, record.secrets_saved) == (2, 2)
    assert record.secrets_file == world.manifest().secrets_file


def test_what_a_secret_says_is_readable_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    world = SecretWorld()
    said = [world.save()]
    world.objects.forbidden.add("secrets")
    world.archives.manifests.clear()
    world.journal.saved_objects.records.clear()
    said.append(world.save())
    everything = [
        *said,
        *world.archives.texts.values(),
        *world.archives.secrets.values(),
        *map(to_document, world.archives.manifests.values()),
        *map(dataclasses.asdict, world.records()),
        vars(world.announcer),
        caplog.text,
        world.kms.calls,
    ]
    assert "nowhere" in str(everything), "what is not secret is there"
    for text in (PASSWORD, ENCODED, ENCODED[2:-4]):
        assert text not in str(everything)


def test_a_policy_that_does_not_ask_reads_no_secret_and_makes_no_key() -> None:
    world = SecretWorld(secrets_key="")
    world.save()
    assert world.kms.calls == [] and world.archives.secrets == {}
    assert "only a policy with `secrets`" in world.manifest().kinds["secrets"]
    assert world.record().secrets_file is None and world.record().secrets == 3


def test_a_namespace_without_secrets_makes_no_key() -> None:
    world = SecretWorld()
    world.save()
    assert [context["snapkeep:namespace"] for _, _, context in world.kms.calls] == ["shop"]
    store = world.archives.manifests[f"{run_of()}/store"]
    assert store.secrets_file is None and "secrets" not in store.kinds


@pytest.mark.parametrize("scope", list(ObjectScope))
def test_a_cluster_that_refuses_secrets_gives_the_objects(scope: ObjectScope) -> None:
    world = SecretWorld(objects=scope)
    world.objects.forbidden.add("secrets")
    assert world.save().given_up == {}
    assert world.record().refused == ("secrets",) and world.record().objects
    assert "is not allowed" in world.manifest().kinds["secrets"]
    assert world.archives.secrets == {}


def test_a_key_that_may_not_be_used_gives_the_objects() -> None:
    world = SecretWorld()
    world.kms.refused.add(KEY)
    assert world.save().given_up == {}
    assert world.record().refused == ("secrets",) and world.record().secrets_saved == 0
    assert f"make a data key with {KEY}: AccessDenied" in world.manifest().kinds["secrets"]
    assert world.manifest().secrets_missing == ("db", "from-vault", "nowhere")


def test_a_lock_covers_the_secrets() -> None:
    lock = Lock(LockMode.COMPLIANCE, 7)
    world = SecretWorld(lock=lock)
    world.save()
    assert world.archives.locks[FILE] == lock


def test_a_crash_after_the_secrets_were_stored_ends_with_complete_ones() -> None:
    world = SecretWorld()
    world.archives.crash_after("write_secrets")
    with pytest.raises(Crash):
        world.save()
    assert world.archives.manifests == {}
    world.save()
    assert world.manifest().secrets_file == world.record().secrets_file
    assert len(world.opened()) == 2


def test_secrets_that_cannot_be_stored_are_tried_again_with_their_namespace() -> None:
    world = SecretWorld()
    world.archives.fail_next("write_secrets", TemporaryError("S3 is slow"))
    assert world.save().given_up == {"nightly shop": "S3 is slow"}
    assert world.save().given_up == {}
    assert len(world.opened()) == 2


@pytest.mark.parametrize(
    ("scope", "missing"), [("namespace", ("nowhere",)), ("workload", ("from-vault", "nowhere"))]
)
def test_a_secret_whose_source_is_saved_is_not_missing(scope: str, missing: tuple[str, ...]) -> None:
    kind = "externalsecrets.external-secrets.io"
    world = SecretWorld(objects=ObjectScope(scope))
    world.objects.served.append(kind_named(kind))
    world.deployment = dataclasses.replace(world.deployment, custom_kinds=(kind,))
    world.save()
    assert world.manifest().secrets_missing == missing
    assert from_document(to_document(world.manifest())) == world.manifest()
