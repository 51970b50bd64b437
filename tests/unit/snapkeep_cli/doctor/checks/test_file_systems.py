"""AWS Backup's settings and the vault of file systems."""

from __future__ import annotations

from snapkeep_cli.doctor.checks.file_systems import opt_in, vault
from snapkeep_cli.doctor.facts import Unknown
from snapkeep_cli.doctor.findings import Verdict
from tests.fakes.doctor_samples import healthy

CLOSED = Unknown("forbidden")


def test_without_such_policies_nothing_is_said() -> None:
    assert [*opt_in(healthy()), *vault(healthy())] == []


def test_aws_backup_that_is_turned_off_for_efs_is_turned_on() -> None:
    (found,) = opt_in(healthy(saves_efs=False))
    assert found.verdict is Verdict.PROBLEM and "turned off for EFS in eu-west-1" in found.text
    assert found.fix == (
        "aws backup update-region-settings --resource-type-opt-in-preference EFS=true --region eu-west-1"
    )
    (found,) = opt_in(healthy(saves_efs=True))
    assert found.verdict is Verdict.OK


def test_a_vault_comes_with_the_deployment_and_is_missed_after_it() -> None:
    (there,) = vault(healthy(backup_vault=True))
    (gone,) = vault(healthy(backup_vault=False))
    (later,) = vault(healthy(backup_vault=False, functions={}))
    assert (there.verdict, gone.verdict, later.verdict) == (Verdict.OK, Verdict.PROBLEM, Verdict.LATER)
    assert "the vault snapkeep-efs is gone" in gone.text


def test_what_aws_does_not_say_cannot_be_told() -> None:
    facts = healthy(saves_efs=CLOSED, backup_vault=CLOSED)
    assert {each.verdict for each in (*opt_in(facts), *vault(facts))} == {Verdict.CANNOT_TELL}
