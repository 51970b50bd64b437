"""Every module has its test at the same place: who looks for one need not search."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
LAYER = ROOT / "layers" / "common" / "python"
UNIT = ROOT / "tests" / "unit"

MIRRORED = (
    (LAYER, LAYER / "snapkeep" / "domain"),
    (LAYER, LAYER / "snapkeep" / "services"),
    (LAYER, LAYER / "snapkeep" / "adapters"),
    (ROOT, ROOT / "lambdas"),
    (ROOT, ROOT / "infra" / "constructs"),
)

TESTED_ELSEWHERE: dict[str, str] = {
    # Its readers are told apart by what the messages refuse.
    "snapkeep/domain/copies/fields.py": "tests/unit/snapkeep/domain/copies/test_requests.py",
    # Two dataclasses without behaviour: what matters is who makes them of what.
    "snapkeep/domain/messages.py": "tests/unit/snapkeep/inbound/test_events.py",
    "snapkeep/domain/retention/prune_plans.py": "tests/unit/snapkeep/inbound/api/routes/test_prune.py",
    "snapkeep/domain/backup/backups.py": "tests/unit/snapkeep/inbound/api/routes/test_backups.py",
    "snapkeep/domain/metrics.py": "tests/unit/snapkeep/adapters/aws/test_events.py",
    "snapkeep/adapters/aws/metrics.py": "tests/unit/snapkeep/adapters/aws/test_events.py",
    "snapkeep/domain/interruption/instances.py": "tests/unit/snapkeep/adapters/aws/test_instances.py",
    # A table of prices and a value: what is made of them is tested where it is made.
    "snapkeep/domain/report/link.py": "tests/unit/snapkeep/inbound/api/routes/test_report.py",
    # Values: what was read, and what the judgement makes of it.
    "snapkeep/domain/proof/blocks.py": "tests/unit/snapkeep/services/proof/test_snapshot_volume.py",
    "snapkeep/domain/proof/files.py": "tests/unit/snapkeep/services/proof/test_look_into.py",
    "snapkeep/domain/proof/looks.py": "tests/unit/snapkeep/domain/proof/test_checks.py",
    "snapkeep/adapters/filesystems.py": "tests/unit/snapkeep/services/proof/test_look_into.py",
    "snapkeep/domain/files/operations.py": "tests/unit/snapkeep/services/files/test_ask.py",
    "snapkeep/domain/files/results.py": "tests/unit/snapkeep/services/files/test_ask.py",
    "snapkeep/services/files/changes.py": "tests/unit/snapkeep/services/files/test_versions.py",
    "snapkeep/services/files/contents.py": "tests/unit/snapkeep/services/files/test_fetch_file.py",
    "snapkeep/services/files/open_point.py": "tests/unit/snapkeep/services/files/test_read_files.py",
    "snapkeep/services/files/tar.py": "tests/unit/snapkeep/services/files/test_fetch_file.py",
    "snapkeep/services/files/work.py": "tests/unit/snapkeep/services/files/test_fetch_file.py",
    "snapkeep/adapters/file_answers.py": "tests/contract/ports/test_files.py",
    "snapkeep/adapters/aws/s3_files.py": "tests/contract/ports/test_files.py",
    "snapkeep/adapters/aws/lambda_reader.py": "tests/contract/ports/test_file_reader.py",
    "snapkeep/adapters/dynamodb/files.py": "tests/contract/ports/test_file_journal.py",
    # Parts of one flow, tested as the flow that people see.
    "snapkeep/domain/archive/records.py": "tests/unit/snapkeep/services/archive/test_archive_points.py",
    "snapkeep/services/archive/archive_point.py": (
        "tests/unit/snapkeep/services/archive/test_archive_points.py"
    ),
    "snapkeep/services/archive/choose_archives.py": (
        "tests/unit/snapkeep/services/archive/test_archive_points.py"
    ),
    "snapkeep/services/archive/measure.py": "tests/unit/snapkeep/services/archive/test_archive_points.py",
    "snapkeep/services/archive/report.py": "tests/unit/snapkeep/services/archive/test_archive_points.py",
    "snapkeep/services/archive/settle_archives.py": (
        "tests/unit/snapkeep/services/archive/test_archive_killed.py"
    ),
    "snapkeep/domain/archive/returns.py": "tests/unit/snapkeep/services/archive/test_bring_back.py",
    "snapkeep/services/proof/accept_check.py": "tests/unit/snapkeep/services/proof/test_check_points.py",
    "snapkeep/adapters/aws/envelopes.py": "tests/contract/ports/test_envelopes.py",
    "snapkeep/services/objects/save_namespace.py": (
        "tests/unit/snapkeep/services/objects/test_save_objects.py"
    ),
    "snapkeep/domain/objects/links.py": "tests/unit/snapkeep/inbound/api/routes/test_objects.py",
    "snapkeep/services/objects/show_objects.py": "tests/unit/snapkeep/inbound/api/routes/test_objects.py",
    "snapkeep/services/copies/originals.py": "tests/unit/snapkeep/services/copies/test_copy_point.py",
    "snapkeep/services/copies/pruning/rules_there.py": (
        "tests/unit/snapkeep/services/copies/pruning/test_prune_copies.py"
    ),
    "snapkeep/services/copies/pruning/rules_of_source.py": (
        "tests/unit/snapkeep/services/copies/pruning/test_prune_vault.py"
    ),
    "snapkeep/services/vault/answer.py": "tests/unit/snapkeep/services/vault/test_pull_from.py",
    "snapkeep/services/vault/begin_copies.py": "tests/unit/snapkeep/services/vault/test_floods.py",
    "snapkeep/services/vault/known_sources.py": "tests/unit/snapkeep/services/vault/test_tell_vault.py",
    "snapkeep/services/vault/pull_copies.py": "tests/unit/snapkeep/services/vault/test_one_pull.py",
    "snapkeep/services/vault/receive_requests.py": "tests/unit/snapkeep/services/vault/test_floods.py",
    "snapkeep/services/vault/share_places.py": "tests/unit/snapkeep/services/vault/test_floods.py",
    "snapkeep/services/vault/shared_originals.py": "tests/unit/snapkeep/services/vault/test_pull_from.py",
    "snapkeep/services/vault/source_turn.py": "tests/unit/snapkeep/services/vault/test_one_pull.py",
    "snapkeep/services/vault/stand.py": "tests/unit/snapkeep/services/vault/test_pull_from.py",
    "snapkeep/services/vault/hub/list_asked.py": "tests/unit/snapkeep/inbound/api/routes/test_vault.py",
    "snapkeep/services/vault/lending/lend.py": "tests/unit/snapkeep/services/vault/lending/test_lending.py",
    "snapkeep/services/vault/lending/end_loans.py": (
        "tests/unit/snapkeep/services/vault/lending/test_lending.py"
    ),
    "snapkeep/services/vault/lending/sweep_loans.py": (
        "tests/unit/snapkeep/services/vault/lending/test_lending.py"
    ),
    "infra/constructs/file_systems_vault.py": "tests/unit/infra/constructs/test_back_up_file_systems.py",
    "infra/constructs/policy_schedules.py": "tests/unit/infra/constructs/test_scheduled_backup.py",
    "snapkeep/services/efs/claims_on_efs.py": "tests/unit/snapkeep/services/efs/test_back_up.py",
    "snapkeep/domain/efs/as_points.py": "tests/unit/snapkeep/services/report/test_on_efs.py",
    "snapkeep/services/report/good_points.py": "tests/unit/snapkeep/services/report/test_coverage.py",
    "snapkeep/adapters/report_page/namespaces.py": "tests/unit/snapkeep/adapters/report_page/test_page.py",
    "snapkeep/domain/objects/view/words.py": "tests/unit/snapkeep/domain/objects/view/test_wholeness.py",
    "snapkeep/services/objects/tell_unlisted.py": "tests/unit/snapkeep/services/objects/test_save_objects.py",
    # How they connect shows where they are used.
    "snapkeep/adapters/kubernetes/connections.py": "tests/unit/snapkeep/adapters/kubernetes/test_cluster.py",
    "snapkeep/adapters/kubernetes/quick_transport.py": "tests/contract/ports/test_kubernetes_wire.py",
    "snapkeep/adapters/aws/regions.py": "tests/contract/ports/test_copier.py",
    "snapkeep/adapters/aws/lambda_lender.py": "tests/unit/snapkeep/inbound/api/routes/test_loans.py",
    # Adapters and stores whose contract says all that there is to say of them.
    "snapkeep/adapters/dynamodb/archives.py": "tests/contract/ports/test_archive_journal.py",
    "snapkeep/adapters/dynamodb/efs_backups.py": "tests/contract/ports/test_efs_backup_journal.py",
    "snapkeep/adapters/aws/efs.py": "tests/contract/ports/test_access_points.py",
    "snapkeep/adapters/dynamodb/efs_restores.py": "tests/contract/ports/test_efs_restore_journal.py",
    "snapkeep/adapters/aws/backup_restores.py": "tests/contract/ports/test_restore_jobs.py",
    "snapkeep/adapters/aws/lambda_restorer.py": "tests/contract/ports/test_restore_follower.py",
    "snapkeep/domain/efs/restore/jobs.py": "tests/contract/ports/test_restore_jobs.py",
    "snapkeep/domain/efs/restore/operations.py": ("tests/unit/snapkeep/services/efs/restore/test_follow.py"),
    "snapkeep/domain/efs/restore/plans.py": "tests/unit/snapkeep/services/efs/restore/test_plan.py",
    "snapkeep/domain/files/commands.py": "tests/unit/snapkeep/adapters/report_page/test_document.py",
    "snapkeep/domain/archive/tiers.py": "tests/contract/ports/test_tiers.py",
    "snapkeep/adapters/aws/key_grants.py": "tests/contract/ports/test_grants.py",
    "snapkeep/adapters/aws/shared_snapshots.py": "tests/contract/ports/test_shared_snapshots.py",
    "snapkeep/adapters/dynamodb/checks.py": "tests/contract/ports/test_check_journal.py",
    "snapkeep/adapters/dynamodb/saved_objects.py": "tests/contract/ports/test_saved_objects.py",
    "snapkeep/adapters/aws/s3_objects.py": "tests/contract/ports/test_object_archives.py",
    "snapkeep/adapters/dynamodb/loans.py": "tests/contract/ports/test_loan_journal.py",
    "snapkeep/adapters/dynamodb/loan_schema.py": "tests/contract/ports/test_loan_journal.py",
    "snapkeep/adapters/dynamodb/vault_requests.py": "tests/contract/ports/test_vault_requests.py",
    "snapkeep/adapters/dynamodb/incidents.py": "tests/contract/ports/test_incident_journal.py",
    "snapkeep/adapters/aws/sharing.py": "tests/contract/ports/test_vaults.py",
    "snapkeep/adapters/dynamodb/copies.py": "tests/contract/ports/test_copy_journal.py",
    "snapkeep/adapters/dynamodb/copy_requests.py": "tests/contract/ports/test_copy_requests.py",
    "snapkeep/adapters/dynamodb/prunes.py": "tests/contract/ports/test_prune_journal.py",
    "snapkeep/adapters/dynamodb/refusals.py": "tests/contract/ports/test_prune_journal.py",
    "snapkeep/adapters/dynamodb/retentions.py": "tests/contract/ports/test_prune_journal.py",
    "snapkeep/adapters/dynamodb/requests.py": "tests/contract/ports/test_requested_run_journal.py",
    "snapkeep/adapters/dynamodb/slots.py": "tests/contract/ports/test_slot_journal.py",
    # Both write points, and are tested with the store that reads them.
    "snapkeep/adapters/dynamodb/creations.py": "tests/unit/snapkeep/adapters/dynamodb/test_points.py",
    "snapkeep/adapters/dynamodb/point_items.py": "tests/unit/snapkeep/adapters/dynamodb/test_points.py",
    # Values without behaviour: what the pre-flight makes of them is what matters.
    "snapkeep/domain/restore/findings.py": "tests/unit/snapkeep/domain/restore/preflight/test_size.py",
    "snapkeep/domain/restore/requests.py": "tests/unit/snapkeep/domain/restore/test_plans.py",
    "snapkeep/domain/restore/targets.py": "tests/unit/snapkeep/domain/restore/preflight/test_target.py",
}
"""Module (its path from where it is imported) to the test that takes its place, with the reason beside it."""


def modules() -> Iterator[Path]:
    """Modules that must have a twin, as paths from where they are imported."""
    for root, folder in MIRRORED:
        for path in sorted(folder.rglob("*.py")):
            if path.name != "__init__.py":
                yield path.relative_to(root)


def twin(module: Path) -> Path:
    """Where the test of a module is: `snapkeep/domain/tags.py` has `tests/unit/snapkeep/domain/test_tags.py`.

    A handler is tested under the name of its function: `tests/unit/lambdas/test_prune.py`.
    """
    if module.name == "handler.py":
        return UNIT / "lambdas" / f"test_{module.parent.name}.py"
    return UNIT / module.parent / f"test_{module.name}"


def test_every_module_has_its_twin() -> None:
    missing = [
        f"{module.as_posix()} needs {twin(module).relative_to(ROOT).as_posix()}"
        for module in modules()
        if module.as_posix() not in TESTED_ELSEWHERE and not twin(module).is_file()
    ]

    assert missing == []


def test_every_exception_names_a_module_and_a_test_that_exist() -> None:
    known = {module.as_posix() for module in modules()}

    assert set(TESTED_ELSEWHERE) <= known
    assert [test for test in TESTED_ELSEWHERE.values() if not (ROOT / test).is_file()] == []
