"""A manifest: what was saved, what was left out and why, as JSON and back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from snapkeep.domain.objects.manifests import (
    SHOWN,
    Archive,
    Contents,
    LeftOut,
    SecretsFile,
    Subject,
    from_document,
    to_document,
)
from snapkeep.domain.objects.rules import ObjectScope

NOW = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
SUBJECT = Subject("myeks", "daily", "myeks.daily.20261201T020000Z", NOW, "shop", ObjectScope.NAMESPACE)
ARCHIVE = Archive("objects/key.yaml.gz", "v1", "ab" * 32, 100, 900)


def contents() -> Contents:
    found = Contents(kinds={"secrets": "they are not asked for"})
    env = {"valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}
    pod = {"kind": "Pod", "metadata": {"name": "web"}, "spec": {"containers": [{"env": [env]}]}}
    found.refuse("jobs.batch", "not allowed")
    found.save("pods", pod)
    found.save("configmaps", {"kind": "ConfigMap", "metadata": {"name": "a"}})
    for number in range(SHOWN + 5):
        found.leave_out("replicasets.apps", {"metadata": {"name": f"rs-{number}"}}, "Deployment makes it")
    return found


def test_a_manifest_comes_back_from_json() -> None:
    made = contents().manifest(SUBJECT, ARCHIVE, NOW, NOW + timedelta(seconds=3))
    assert from_document(json.loads(json.dumps(to_document(made)))) == made
    assert made.count == 2
    assert made.refused == ("jobs.batch",) and made.kinds["jobs.batch"] == "not allowed"
    assert made.secrets == {"db": ("password",)}


def test_left_out_objects_are_counted_and_the_first_are_named() -> None:
    (found,) = contents().left_out
    assert found == LeftOut(
        "replicasets.apps", "Deployment makes it", SHOWN + 5, tuple(f"rs-{number}" for number in range(SHOWN))
    )


def test_what_is_no_manifest_is_refused() -> None:
    with pytest.raises(KeyError):
        from_document({})


def test_a_manifest_of_an_earlier_version_knows_no_makers() -> None:
    found = contents()
    found.leave_out("pods", {"metadata": {"name": "db-0"}}, "postgresql makes it", "postgresqls.x")
    document = to_document(found.manifest(SUBJECT, ARCHIVE, NOW, NOW))
    assert from_document(document).makers == ("postgresqls.x",)
    del document["makers_not_saved"]
    assert from_document(document).makers == ()


def test_a_manifest_names_the_secrets_that_are_saved_and_those_that_are_missing() -> None:
    found, file = contents(), SecretsFile("objects/key.secrets.enc", "v1", "cd" * 32, 300, "arn:key")
    found.secrets_saved += ["db", "tls"]
    made = found.manifest(SUBJECT, ARCHIVE, NOW, NOW, file)
    assert from_document(json.loads(json.dumps(to_document(made)))) == made
    assert (made.secrets_saved, made.secrets_missing) == (("db", "tls"), ())
    assert found.manifest(SUBJECT, ARCHIVE, NOW, NOW).secrets_missing == ("db",), "nothing without a file"


def test_a_manifest_of_an_earlier_version_has_no_secrets() -> None:
    document = to_document(contents().manifest(SUBJECT, ARCHIVE, NOW, NOW))
    del document["secrets_saved"], document["secrets_file"]
    assert from_document(document).secrets_file is None
