"""What the API can do, in domain terms. `wiring.api` provides the services that do it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from snapkeep.domain.archive.shown import ShownTier
    from snapkeep.domain.backup.backups import BackupPlan, BackupStatus
    from snapkeep.domain.backup.on_demand import OnDemandRequest
    from snapkeep.domain.backup.runs import Run
    from snapkeep.domain.copies.copies import Copy
    from snapkeep.domain.copies.view.asked import AskedCopy
    from snapkeep.domain.copies.view.shown import CopyPage, CopyQuery, ShownCopy
    from snapkeep.domain.efs.restore.operations import EfsRestore
    from snapkeep.domain.efs.restore.plans import EfsPlan
    from snapkeep.domain.files.operations import FileLink, FileOperation
    from snapkeep.domain.files.requests import FileQuestion
    from snapkeep.domain.messages import Change, FilesRead, ObjectsRead
    from snapkeep.domain.objects.links import ArchiveLinks
    from snapkeep.domain.objects.saved import Saved
    from snapkeep.domain.policies import Deployment
    from snapkeep.domain.proof.shown import Acceptance, ShownCheck
    from snapkeep.domain.report.catalogue import Page, PointQuery, ShownPoint
    from snapkeep.domain.report.claims import ReportedClaim
    from snapkeep.domain.report.coverage import CoverageReport
    from snapkeep.domain.report.facts import Report
    from snapkeep.domain.report.link import ReportLink
    from snapkeep.domain.report.trials import Trial, TrialRequest
    from snapkeep.domain.restore.holds import Hold
    from snapkeep.domain.restore.operations import RestoreOperation
    from snapkeep.domain.restore.plans import RestorePlan
    from snapkeep.domain.restore.points import PointFacts
    from snapkeep.domain.restore.progress import Progress
    from snapkeep.domain.restore.requests import RestoreRequest
    from snapkeep.domain.restore.suggestions import Suggestion
    from snapkeep.domain.retention.prune_plans import PrunePlan
    from snapkeep.domain.vault.loan_documents import LoanDocument
    from snapkeep.domain.vault.loans import Loan
    from snapkeep.domain.vault.overview import VaultOverview


@dataclass(frozen=True, slots=True, kw_only=True)
class Actions:
    """Everything that the routes call. Arguments are in the order that each action names."""

    deployment: Deployment

    plan_restore: Callable[[RestoreRequest], RestorePlan]
    """What would be created, with all findings. Raises NotFound without such a cluster or point."""

    start_restore: Callable[[RestorePlan, str, str], RestoreOperation]
    """(plan, operation id, caller) Carry out a plan that is not refused."""

    resume_restore: Callable[[str], RestoreOperation | None]
    """(operation id) Continue a restore that was begun; None when there is none with that id."""

    show_restore: Callable[[str, str, str], tuple[RestoreOperation, Progress]]
    """(cluster, namespace, restore id) A restore and its progress. Raises NotFound when it is not in this
    namespace."""

    cancel_restore: Callable[[str, str, str, str], RestoreOperation]
    """(cluster, namespace, restore id, caller) End a restore whose point is still in the archive tier. Raises
    NotFound, and PermanentError once its claim may exist."""

    list_restores: Callable[[str, str, int, str], tuple[Sequence[RestoreOperation], str]]
    """(cluster, namespace, limit, cursor) Restores into a namespace, newest first, and the cursor of the next
    page ("" at the end)."""

    plan_efs_restore: Callable[[RestoreRequest], EfsPlan | EfsRestore]
    """What would be restored from EFS, with all findings; or the open restore that the request continues.
    Raises NotFound without such a cluster, or a backup with the claim."""

    start_efs_restore: Callable[[EfsPlan, str, str], EfsRestore]
    """(plan, operation id, caller) Accept a plan that is not refused."""

    begun_efs_restore: Callable[[str], EfsRestore | None]
    """(operation id) The restore of that id, if there is one."""

    show_efs_restore: Callable[[str, str, str], EfsRestore]
    """(cluster, namespace, restore id) A restore. Raises NotFound when it is not in this namespace."""

    saw_efs_directory: Callable[[str, str, str, str], EfsRestore]
    """(cluster, namespace, restore id, directory) Record where somebody saw the restored folder. Raises
    NotFound, Invalid, and PermanentError when it cannot be there."""

    cancel_efs_restore: Callable[[str, str, str, str], EfsRestore]
    """(cluster, namespace, restore id, caller) End a restore before its claim was made. Raises NotFound."""

    end_efs_restore: Callable[[str, str, str], EfsRestore]
    """(cluster, namespace, restore id) Record that the claim was made. Raises NotFound, and PermanentError
    before it can be mounted."""

    list_points: Callable[[str, PointQuery, int, str], Page]
    """(cluster, query, limit, cursor) A page of points. Raises BadCursor, and UnknownCluster when there is
    nothing to list."""

    list_place: Callable[[str, str, PointQuery, int, str], Page]
    """(place, source cluster, query, limit, cursor) A page of the copies in a place, of all clusters when "".
    Raises BadCursor, Invalid where copies are not adopted, and NotFound for a place without any."""

    show_point: Callable[[str, str, str], ShownPoint]
    """(cluster, namespace, point id) One point of a cluster (and of a namespace, unless ""). Raises
    NotFound."""

    show_tier: Callable[[PointFacts], ShownTier]
    show_checks: Callable[[Sequence[PointFacts]], Mapping[str, ShownCheck]]
    """How each of these points stands, by snapshot (id)."""

    accept_check: Callable[[str, str, str, str], Acceptance]
    """(cluster, point id, caller, reason) End the suspicion that a point raises. Raises NotFound without one,
    PermanentError after another acceptance, and UnknownCluster."""

    ask_files: Callable[[FileQuestion, str], FileOperation]
    """(question, caller) Ask about files; the operation with its answer, or what is known after 20 seconds.
    Raises NotFound, FilesRefused, UnknownCluster."""

    show_file_operation: Callable[[str, str, str], FileOperation]
    """(cluster, namespace, operation id) An operation of a cluster (and of a namespace, unless "").
    Raises NotFound."""

    link_file: Callable[[FileOperation], FileLink]
    """A link to what an operation has fetched."""

    publish_files: Callable[[FilesRead], None]
    """Publish that somebody asks to see files."""

    list_copies: Callable[[str, CopyQuery, int, str], CopyPage]
    """(cluster, query, limit, cursor) A page of copies. Raises BadCursor, NotFound for an unknown place, and
    UnknownCluster."""

    ask_copy: Callable[[str, str, str, str, str], AskedCopy]
    """(cluster, namespace, point id, place, caller) Ask for the copy of a point. Raises NotFound and
    CopyRefused."""

    cancel_copy: Callable[[str, str, str, str, str], ShownCopy]
    """(cluster, namespace, point id, place, caller) Cancel the copy of a point. Raises NotFound and
    CopyRefused."""

    list_loans: Callable[[int], Sequence[Loan]]
    """(limit) The last loans of the vault, newest first. Raises Invalid where the deployment is no vault."""

    lend_copy: Callable[[str, str, int, str], dict[str, Any]]
    """(copy or point id, account, seconds, caller) Lend a copy; the loan document. Raises LoanRefused and
    NotFound, and Invalid where the deployment is no vault."""

    end_loan: Callable[[str, str, str], None]
    """(copy, account, caller) End a loan now. Raises as `lend_copy`."""

    borrow_copy: Callable[[LoanDocument], Copy]
    """Copy what a vault has lent; the copy, begun now or earlier. Raises LoanRefused and TemporaryError."""

    show_borrowed: Callable[[str], Copy]
    """(point id) The borrowed copy of a point, in any state. Raises NotFound."""

    suggest_restore: Callable[[PointFacts], Suggestion]
    """The command that restores a point, and what would refuse it now. Never raises for a cluster that does
    not answer."""

    hold_point: Callable[[Hold], None]
    """Hold a point. Raises NotFound when its snapshot is gone."""

    release_point: Callable[[str, str, str], None]
    """(snapshot id, holder, caller) Release a caller's hold, and those left by failed restores; other
    callers' holds stay."""

    show_coverage: Callable[[str, str], CoverageReport]
    """(cluster, namespace) The claims of a cluster (of one namespace, unless ""). Raises UnknownCluster."""

    plan_backup: Callable[[str, OnDemandRequest], BackupPlan]
    """(cluster, request) What a request would take now. Raises UnknownCluster, NotFound,
    ClusterUnreachable."""

    known_backup: Callable[[str], Run | None]
    """(request id) The run of a request that was accepted earlier; None without one."""

    start_backup: Callable[[str, OnDemandRequest, str], Run]
    """(cluster, request, request id) The run of a request, started; the same one for the same request."""

    show_backup: Callable[[str, str, str, int, str], BackupStatus]
    """(cluster, run id, namespace, limit, cursor) A run with a page of its points. Raises NotFound."""

    rehearse_prune: Callable[[str, str], PrunePlan]
    """(cluster, place) What prune would do now in a cluster, or with a place to its copies there; with
    FILE_SYSTEMS to recovery points of file systems. Raises UnknownCluster and NotFound."""

    start_prune: Callable[[str, str, str], PrunePlan]
    """(cluster, token, place) Start a prune; a token also confirms the deletions refused under it.
    Raises PermanentError for an unknown token."""

    show_objects: Callable[[str, str], Sequence[Saved]]
    """(cluster, run id) What a run saved, by namespace. Raises UnknownCluster and NotFound."""

    link_objects: Callable[[str, str, str], ArchiveLinks]
    """(cluster, namespace, run id) Links to what a run saved. Raises UnknownCluster and NotFound."""

    publish_objects: Callable[[ObjectsRead], None]
    """Publish that somebody asks for links to saved objects."""

    try_config: Callable[[TrialRequest], Trial]
    """What other policies would take, skip and prune in a cluster now. Raises TookTooLong and TooLarge."""

    show_status: Callable[[str], Report]
    """(cluster) The cluster's present state, without recovery points. Raises UnknownCluster."""

    show_claim: Callable[[str, str, str], ReportedClaim]
    """(cluster, namespace, name) One claim with its points. Raises UnknownCluster and NotFound."""

    link_report: Callable[[str], ReportLink]
    """(cluster) A link to its newest report page. Raises UnknownCluster, and NotFound without one."""

    link_vault_report: Callable[[], ReportLink]
    """A link to the newest page of the vault. Raises NotFound without one, or where this is no vault."""

    show_vault: Callable[[], VaultOverview]
    """What the vault has of each source. Raises NotFound where this is no vault."""

    publish_change: Callable[[Change], None]
    """Publish a change that somebody made through the API."""
