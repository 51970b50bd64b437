"""What a file says about objects: what arrives, what validate says, and what cannot work."""

from __future__ import annotations

import pytest

from snapkeep.domain.objects.rules import ObjectScope
from snapkeep.domain.policies import from_document, to_document
from snapkeep_cli.saved_objects import objects_in_words
from tests.unit.snapkeep_cli.config.conftest import Loader, Refusals
from tests.unit.snapkeep_cli.config.refused_file import FILE

CERTIFICATES = "certificates.cert-manager.io"
KEY = "arn:aws:kms:ap-northeast-2:111122223333:key/0aaa1111-22bb-33cc-44dd-555555555555"
ELSEWHERE = KEY.replace("ap-northeast-2", "eu-west-1")
ENCRYPTED = f"{{encrypted: '{KEY}'}}"
ALL = f"{FILE}    objects: namespace\n"


def test_objects_arrive_also_in_the_functions(loaded: Loader) -> None:
    deployment = loaded(f"{ALL}custom_kinds: [{CERTIFICATES}, {CERTIFICATES}]\n")
    assert deployment.policies[0].objects is ObjectScope.NAMESPACE
    assert deployment.custom_kinds == (CERTIFICATES,)
    assert from_document(to_document(deployment)) == deployment


def test_objects_are_off_unless_written(loaded: Loader) -> None:
    deployment = loaded(FILE)
    assert deployment.policies[0].objects is None and deployment.custom_kinds == ()
    assert loaded(f"{FILE}    objects: off\n").policies[0].objects is None
    document = to_document(deployment)
    del document["custom_kinds"], document["policies"][0]["objects"]
    assert from_document(document) == deployment


def test_a_policy_may_differ_from_the_defaults(loaded: Loader) -> None:
    defaults = "defaults: {objects: workload}\n"
    assert loaded(defaults + FILE).policies[0].objects is ObjectScope.WORKLOAD
    assert loaded(defaults + ALL).policies[0].objects is ObjectScope.NAMESPACE
    assert loaded(f"{defaults}{FILE}    objects: off\n").policies[0].objects is None


def test_validate_says_what_is_saved(loaded: Loader) -> None:
    deployment = loaded(f"{ALL}custom_kinds: [{CERTIFICATES}]\n")
    (line,) = objects_in_words(deployment.policies[0], deployment)
    assert line == (
        "objects: all that people write in the namespaces of its claims and certificates.cert-manager.io; "
        "Secrets are named and not saved"
    )
    workload = loaded(f"{FILE}    objects: workload\n")
    (line,) = objects_in_words(workload.policies[0], workload)
    assert line.startswith("objects: the claims of each run, what mounts them and what that names; Secrets")
    assert not list(objects_in_words(loaded(FILE).policies[0], loaded(FILE)))


def test_secrets_arrive_also_in_the_functions(loaded: Loader) -> None:
    deployment = loaded(f"{ALL}    secrets: {ENCRYPTED}\n")
    assert deployment.policies[0].secrets_key == KEY
    assert deployment.secrets_keys == (KEY,)
    assert from_document(to_document(deployment)) == deployment
    (line,) = objects_in_words(deployment.policies[0], deployment)
    assert line.endswith(f"Secrets are saved, encrypted under {KEY}")


def test_secrets_are_off_unless_written(loaded: Loader) -> None:
    for text in (ALL, f"{ALL}    secrets: off\n"):
        deployment = loaded(text)
        assert deployment.policies[0].secrets_key == "" and deployment.secrets_keys == ()
    document = to_document(deployment)
    del document["policies"][0]["secrets_key"]
    assert from_document(document) == deployment


def test_a_policy_may_save_no_secrets_whatever_the_defaults_say(loaded: Loader) -> None:
    defaults = f"defaults: {{objects: workload, secrets: {ENCRYPTED}}}\n"
    assert loaded(defaults + FILE).policies[0].secrets_key == KEY
    assert loaded(f"{defaults}{FILE}    secrets: off\n").policies[0].secrets_key == ""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"{FILE}    objects: cluster\n", "objects"),
        (f"{ALL}custom_kinds: [Certificate]\n", "use the name of a CRD, plural.group"),
        (f"{ALL}custom_kinds: [secrets]\n", "use the name of a CRD, plural.group"),
        (f"{ALL}custom_kinds: [deployments.apps]\n", "is saved without being named; remove it"),
        (
            f"{ALL}custom_kinds: [volumesnapshots.snapshot.storage.k8s.io]\n",
            "is never saved: they are backups themselves; remove it",
        ),
        (
            f"{FILE}custom_kinds: [{CERTIFICATES}]\n",
            "has no meaning without a policy with objects: namespace",
        ),
        (
            f"{FILE}    objects: workload\ncustom_kinds: [{CERTIFICATES}]\n",
            "has no meaning without a policy with objects: namespace",
        ),
        (f"{FILE}    secrets: {ENCRYPTED}\n", "policies[0].secrets: has no meaning without objects"),
        (
            f"defaults: {{secrets: {ENCRYPTED}}}\n{FILE}",
            "defaults.secrets: has no meaning without objects",
        ),
        (
            f"defaults: {{objects: namespace}}\n{FILE}    objects: off\n    secrets: {ENCRYPTED}\n",
            "policies[0].secrets: has no meaning without objects",
        ),
        (
            f"{ALL}    secrets: {{encrypted: '{ELSEWHERE}'}}\n",
            "policies[0].secrets.encrypted: is a key in eu-west-1, and this deployment is in ap-northeast-2",
        ),
        (f"{ALL}    secrets: {{encrypted: alias/backups}}\n", "'alias/backups' is an alias; use the ARN of"),
        (
            f"{ALL}    secrets: {{encrypted: '{KEY.replace(':key/', ':alias/')}'}}\n",
            "is an alias; use the ARN of its key: aws kms describe-key --key-id arn:aws:kms:",
        ),
        (f"{ALL}    secrets: {{encrypted: my-key}}\n", "'my-key' is not allowed; use the ARN of a KMS key"),
        (f"{ALL}    secrets: {{encrypted: 7}}\n", "policies[0].secrets.encrypted"),
        (f"{ALL}    secrets: {{}}\n", "policies[0].secrets.encrypted"),
        (f"{ALL}    secrets: on\n", "policies[0].secrets"),
        (f"{ALL}    secrets: '{KEY}'\n", "policies[0].secrets"),
        (
            f"{ALL}    secrets: {ENCRYPTED}\ndeployment: {{kms_key: '{KEY}'}}\n",
            "is also in deployment.kms_key, and functions decrypt with that",
        ),
        (
            f"{ALL}    secrets: {ENCRYPTED}\nchecks: {{keys: ['{KEY}']}}\n",
            "is also in checks.keys, and functions decrypt with that",
        ),
    ],
)
def test_what_cannot_work_is_refused(text: str, says: str, refusals: Refusals) -> None:
    assert any(says in line for line in refusals(text))
