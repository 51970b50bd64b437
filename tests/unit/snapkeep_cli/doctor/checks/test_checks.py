"""All checks together."""

from __future__ import annotations

from snapkeep_cli.doctor.checks import CHECKS, examine
from snapkeep_cli.doctor.facts import Unknown
from snapkeep_cli.doctor.findings import Verdict
from tests.fakes.doctor_samples import healthy


def test_where_nothing_is_missing_every_check_says_so_once() -> None:
    found = examine(healthy(saves_efs=True, backup_vault=True))

    assert [finding.verdict for finding in found] == [Verdict.OK] * len(CHECKS)
    assert len({finding.check for finding in found}) == len(CHECKS)


def test_without_credentials_that_is_the_only_thing_told() -> None:
    (found,) = examine(healthy(caller=Unknown("Unable to locate credentials", "aws configure")))

    assert found.verdict is Verdict.PROBLEM
    assert "Unable to locate credentials" in found.text
    assert found.fix == "aws configure"


def test_what_nobody_may_look_at_is_neither_good_nor_bad() -> None:
    closed = Unknown("forbidden", "ask the admin")
    names = (
        "described",
        "served_by",
        "functions",
        "rights",
        "snapshot_kinds",
        "controller",
        "driver",
        "classes",
        "other_manifests",
    )
    facts = healthy(
        **dict.fromkeys(names, closed), volumes=closed, keys=closed, snapshots=closed, pending=closed
    )

    found = [finding for finding in examine(facts) if finding.check != "credentials"]

    assert {finding.verdict for finding in found} == {Verdict.CANNOT_TELL}
    assert {(finding.text, finding.fix) for finding in found} == {("forbidden", "ask the admin")}
