"""What a file says about EFS file systems: what arrives, what validate says, and what cannot work."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from snapkeep.domain.policies import Method, from_document, to_document
from snapkeep_cli.config import load_size
from tests.unit.snapkeep_cli.config.conftest import Loader, Refusals
from tests.unit.snapkeep_cli.config.refused_file import FILE

SHARED = f"{FILE}    method: aws-backup\n"
LOCK = "{mode: governance, days: 1}"


def test_a_policy_for_file_systems_arrives_also_in_the_functions(loaded: Loader) -> None:
    deployment = loaded(SHARED)
    (policy,) = deployment.policies
    assert policy.method is Method.AWS_BACKUP
    assert (deployment.file_system_policies, deployment.volume_policies) == ((policy,), ())
    assert from_document(to_document(deployment)) == deployment


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        (
            "group: app",
            "group: has no meaning with method aws-backup, which backs up each file system",
        ),
        ("csi_fallback: ebs", "csi_fallback: has no meaning with method aws-backup; remove it"),
        ("group: app\n    group_fallback: fail", "group_fallback: has no meaning with method aws-backup"),
        (f"lock: {LOCK}", "lock: is not possible with method aws-backup: Snapkeep cannot lock"),
        ("expect: [/db]", "expect: has no meaning with method aws-backup: checks look into snapshots"),
        ("archive_after: {monthly: 30d}", "archive_after: is not possible with method aws-backup"),
        ("objects: workload", "objects: are saved beside snapshots of volumes only"),
        ("secrets: {encrypted: alias/key}", "secrets: has no meaning with method aws-backup, which saves no"),
        ("copies: [{to: osaka, retention: {last: 1}}]", "copies: are not possible with method aws-backup"),
    ],
)
def test_what_aws_backup_cannot_do_is_refused_in_words(refusals: Refusals, keys: str, told: str) -> None:
    lines = refusals(f"{SHARED}    {keys}\n")
    assert any(f"policies[0].{told}" in line and "remove" in line for line in lines)


@pytest.mark.parametrize(
    ("default", "told"),
    [
        (f"lock: {LOCK}", "lock: would come from defaults.lock, and Snapkeep cannot lock recovery points"),
        ("objects: namespace", "objects: would come from defaults.objects, and objects are saved beside"),
    ],
)
def test_a_default_that_promises_what_aws_backup_cannot_keep_must_be_turned_off(
    loaded: Loader, refusals: Refusals, default: str, told: str
) -> None:
    key = default.partition(":")[0]
    (line,) = refusals(f"defaults: {{{default}}}\n{SHARED}")
    assert f"policies[0].{told}" in line
    assert line.endswith(f"; add {key}: off to this policy of method aws-backup")
    (policy,) = loaded(f"defaults: {{{default}}}\n{SHARED}    {key}: off\n").policies
    assert (policy.lock, policy.objects) == (None, None)
    assert loaded(f"defaults: {{{key}: off}}\n{SHARED}").policies[0].method is Method.AWS_BACKUP


def test_defaults_that_concern_snapshots_alone_are_left_out(loaded: Loader) -> None:
    defaults = "defaults: {csi_fallback: ebs, group_fallback: sequential, method: aws-backup}\n"
    assert loaded(defaults + FILE).policies[0].method is Method.AWS_BACKUP
    assert loaded(f"{defaults}{FILE}    method: ebs\n    lock: {LOCK}\n").policies[0].method is Method.EBS


def test_a_deleted_claim_ends_no_backup_of_a_file_system(refusals: Refusals) -> None:
    text = SHARED.replace("{last: 3}", "{last: 3, after_claim_deleted: 7d}")
    (line,) = refusals(text)
    assert "policies[0].retention.after_claim_deleted: is here and has no meaning" in line
    shared = SHARED.replace("    retention: {last: 3}\n", "")
    (line,) = refusals("defaults: {retention: {last: 3, after_claim_deleted: 7d}}\n" + shared)
    assert "is in defaults.retention" in line and "a retention of its own, without it" in line


@pytest.mark.parametrize("expression", ["rate(30 minutes)", "0,45 * * * *"])
def test_slots_closer_than_an_hour_are_refused(refusals: Refusals, expression: str) -> None:
    (line,) = refusals(SHARED.replace("0 2 * * *", f'"{expression}"'))
    assert (
        "one job of a file system at a time; with method aws-backup, use slots at least an hour apart" in line
    )


def test_slots_an_hour_apart_are_fine(loaded: Loader) -> None:
    assert loaded(SHARED.replace("0 2 * * *", "rate(1 hour)")).policies


def test_the_stack_has_room_for_what_saves_file_systems(loaded: Loader, tmp_path: Path) -> None:
    sizes = {}
    texts = {"with": SHARED, "without": FILE, "default": f"defaults: {{method: aws-backup}}\n{FILE}"}
    for name, text in texts.items():
        loaded(text)
        sizes[name] = load_size(tmp_path / "snapkeep.yaml")
    assert sizes["with"] == sizes["default"] == replace(sizes["without"], file_systems=True)
    assert sizes["with"].resources > sizes["without"].resources
