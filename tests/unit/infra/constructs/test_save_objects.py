"""save_objects: what starts it, its bucket, and that a deployment that saves no objects lacks both."""

from __future__ import annotations

from dataclasses import replace

import pytest

from snapkeep.domain.objects.rules import ObjectScope
from snapkeep.settings import SaveObjectsSettings
from snapkeep_cli.config.stack_options import StackOptions
from snapkeep_cli.config.stack_size import StackSize
from tests.unit.infra.conftest import (
    KEY,
    NIGHTLY,
    OPTIONS,
    PAUSED,
    synthesized,
    template_of,
)
from tests.unit.infra.constructs.conftest import SAVING
from tests.unit.infra.stacks.test_large_stacks import check_formula
from tests.unit.infra.template import Template, arns, text

OTHER_KEY = "arn:aws:kms:ap-northeast-2:111122223333:key/5678abcd-12ab-34cd-56ef-1234567890ab"
SAVING_SECRETS = replace(SAVING, policies=(replace(SAVING.policies[0], secrets_key=OTHER_KEY), PAUSED))
"""A deployment that saves Secrets, too."""


def bucket_of(template: Template) -> dict[str, object]:
    (found,) = (
        each for name, each in template.resources("S3::Bucket").items() if name.startswith("SaveObjects")
    )
    return dict(found)


def test_a_deployment_that_saves_no_objects_has_neither_it_nor_a_bucket(template: Template) -> None:
    assert not [name for name in template.document["Resources"] if name.startswith("SaveObjects")]


def test_it_finds_its_settings_and_has_a_role_of_its_own(saving_template: Template) -> None:
    function = saving_template.function("save_objects")
    wanted = SaveObjectsSettings(journal_table="", event_bus="", objects_bucket="").to_environment()
    roles = [text(each["Role"]) for each in saving_template.resources("Lambda::Function").values()]
    assert wanted.keys() <= function["Environment"]["Variables"].keys()
    assert roles.count(text(function["Role"])) == 1


def test_it_has_access_of_its_own_to_every_cluster(saving_template: Template) -> None:
    groups = [
        (each["ClusterName"], tuple(each["KubernetesGroups"]))
        for each in saving_template.resources("EKS::AccessEntry").values()
        if "SaveObjects" in text(each["PrincipalArn"])
    ]
    assert groups == [(name, ("snapkeep:save-objects",)) for name in ("myeks", "second")]


def test_it_is_in_the_network_of_the_clusters(tmp_path_factory: pytest.TempPathFactory) -> None:
    template = template_of(synthesized(tmp_path_factory.mktemp("vpc"), OPTIONS, deployment=SAVING))
    assert "VpcConfig" in template.function("save_objects")
    encryption = str(bucket_of(template)["BucketEncryption"])
    assert KEY in encryption and "aws:kms" in encryption
    statement = template.statement("save_objects", "UseKeyOfBucket")
    assert arns(statement) == {KEY}
    assert str(statement["Condition"]).count("s3.") == 1


def test_a_pass_ends_before_the_next_begins_and_its_silence_rings(saving_template: Template) -> None:
    assert saving_template.schedule("save-objects")["ScheduleExpression"] == "rate(5 minutes)"
    assert saving_template.function("save_objects")["Timeout"] <= 5 * 60
    alarms = [
        each
        for each in saving_template.resources("CloudWatch::Alarm").values()
        if {"Name": "function", "Value": "save_objects"} in each.get("Dimensions", [])
    ]
    assert {each["TreatMissingData"] for each in alarms} == {"breaching", "notBreaching"}


def test_what_it_removes_stays_as_an_earlier_version(saving_template: Template) -> None:
    assert saving_template.schedule("sweep-objects")["ScheduleExpression"] == "rate(1 day)"
    actions = saving_template.actions("save_objects")
    assert "s3:DeleteObject" in actions
    assert not {"s3:DeleteObjectVersion", "s3:BypassGovernanceRetention", "s3:GetObjectVersion"} & actions


def test_archives_cannot_be_overwritten_and_may_be_locked(saving_template: Template) -> None:
    bucket = bucket_of(saving_template)
    assert bucket["ObjectLockEnabled"] is True
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert set(dict(bucket["PublicAccessBlockConfiguration"]).values()) == {True}  # type: ignore[call-overload]
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]  # type: ignore[index]
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}
    assert "ExpirationInDays" not in rule


def test_it_locks_for_as_long_as_the_policies_say_and_without_locks_not_at_all(
    saving_template: Template, tmp_path_factory: pytest.TempPathFactory
) -> None:
    condition = saving_template.statement("save_objects", "LockObjects")["Condition"]
    assert condition == {"NumericLessThanEquals": {"s3:object-lock-remaining-retention-days": "14"}}
    unlocked = replace(SAVING, policies=(replace(NIGHTLY, objects=ObjectScope.WORKLOAD, lock=None),))
    template = template_of(
        synthesized(tmp_path_factory.mktemp("unlocked"), StackOptions(), deployment=unlocked)
    )
    assert "s3:PutObjectRetention" not in template.actions("save_objects")


def test_its_resources_are_those_of_the_formula(saving_template: Template) -> None:
    check_formula(saving_template, StackSize(2, 2, objects=True))


@pytest.fixture(scope="module")
def with_secrets(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The template of the stack of a deployment that saves Secrets, too."""
    folder = tmp_path_factory.mktemp("secrets")
    return template_of(synthesized(folder, StackOptions(), deployment=SAVING_SECRETS))


def test_secrets_are_encrypted_under_a_key_that_opens_nothing_for_it(with_secrets: Template) -> None:
    statement = with_secrets.statement("save_objects", "EncryptSecrets")
    assert arns(statement) == {OTHER_KEY} and statement["Action"] == "kms:GenerateDataKey"
    assert statement["Condition"]["StringEquals"] == {
        "kms:EncryptionContext:snapkeep:cluster": ["myeks", "second"]
    }
    assert "kms:Decrypt" not in with_secrets.actions("save_objects")
    assert str(with_secrets.document).count(OTHER_KEY) == 1, "no other function may use it"


def test_only_what_encrypts_secrets_has_the_library_for_that(
    saving_template: Template, with_secrets: Template
) -> None:
    layers = {
        text(each["Role"]): len(each["Layers"])
        for each in with_secrets.resources("Lambda::Function").values()
    }
    mine = text(with_secrets.function("save_objects")["Role"])
    assert layers.pop(mine) == 4 and set(layers.values()) == {3}
    assert len(saving_template.function("save_objects")["Layers"]) == 3
    assert "kms:GenerateDataKey" not in saving_template.actions("save_objects")


def test_secrets_have_resources_in_the_formula(with_secrets: Template) -> None:
    check_formula(with_secrets, StackSize(2, 2, objects=True, secrets=True))
