"""write_report: it reads everything and writes nothing but pages; the bucket is nobody else's."""

from __future__ import annotations

import json

from tests.unit.infra.template import Template, arns, listed


def test_it_runs_every_hour_for_each_cluster_on_its_own(template: Template) -> None:
    schedule = template.schedule("write-report.myeks")
    assert schedule["ScheduleExpression"] == "rate(1 hour)"
    assert json.loads(schedule["Target"]["Input"])["cluster"] == "myeks"


def test_it_can_write_pages_and_nothing_else(template: Template) -> None:
    reading = ("Get", "BatchGet", "Query", "Describe")
    actions = template.actions("write_report")
    writing = {action for action in actions if not action.partition(":")[2].startswith(reading)}
    assert writing == {
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "s3:PutObject",
        "sqs:SendMessage",
    }
    assert {arn.partition(".Arn}")[2] for arn in arns(template.statement("write_report", "WritePages"))} == {
        "/*.html"
    }


def test_the_api_reads_pages_and_writes_none(template: Template) -> None:
    assert {action for action in template.actions("api") if action.startswith("s3:")} == {
        "s3:GetObject",
        "s3:ListBucket",
    }


def test_the_bucket_is_private_encrypted_and_forgets_earlier_pages(template: Template) -> None:
    ((name, bucket),) = template.whole("S3::Bucket").items()
    properties = bucket["Properties"]
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    encryption = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert encryption == [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
    rule, _ = properties["LifecycleConfiguration"]["Rules"]
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}
    assert bucket["DeletionPolicy"] == "Retain"
    (policy,) = template.resources("S3::BucketPolicy").values()
    assert policy["Bucket"] == {"Ref": name}
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert (statement["Effect"], listed(statement["Action"])) == ("Deny", ["s3:*"])
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_a_vault_has_one_page_every_hour(vault_stack: Template) -> None:
    schedule = vault_stack.schedule("write-report")
    assert schedule["ScheduleExpression"] == "rate(1 hour)"
    assert not [each for each in vault_stack.actions("write_report") if each.startswith("eks:")]
