"""EFS file systems: AWS Backup may back them up, and their vault exists."""

from __future__ import annotations

from collections.abc import Iterator

from snapkeep.domain.naming import efs_vault
from snapkeep_cli.doctor import commands
from snapkeep_cli.doctor.facts import Facts, Unknown
from snapkeep_cli.doctor.findings import Finding, Verdict, cannot_tell, ok, problem


def opt_in(facts: Facts) -> Iterator[Finding]:
    """AWS Backup is turned on for EFS; otherwise it refuses every job.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/working-with-supported-services.html
    """
    found, visit = facts.saves_efs, facts.visit
    if isinstance(found, Unknown):
        yield cannot_tell("efs", found)
    elif found is False:
        yield problem(
            "efs",
            f"AWS Backup is turned off for EFS in {visit.region}: no file system can be backed up",
            commands.aws(
                visit, "backup", "update-region-settings", "--resource-type-opt-in-preference", "EFS=true"
            ),
        )
    elif found:
        yield ok("efs", f"AWS Backup may back up EFS file systems in {visit.region}")


def vault(facts: Facts) -> Iterator[Finding]:
    """The vault of recovery points exists once the stack does."""
    found, visit = facts.backup_vault, facts.visit
    name = efs_vault(visit.prefix)
    if isinstance(found, Unknown):
        yield cannot_tell("vault", found)
    elif found:
        yield ok("vault", f"{name} keeps the recovery points of file systems")
    elif found is False and facts.deployed:
        yield problem("vault", f"the vault {name} is gone: deploy again", commands.deploy(visit))
    elif found is False:
        text = f"no vault {name} yet: it comes with the deployment"
        yield Finding("vault", Verdict.LATER, text, commands.deploy(visit))
