"""All ports of a deployment, which functions, tests and the bench pass to the same builders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from snapkeep.domain.policies import Deployment
    from snapkeep.domain.vault.vault import VaultSource
    from snapkeep.ports.backup_vault import BackupJobs, BackupVault
    from snapkeep.ports.blocks import Blocks
    from snapkeep.ports.clock import Calendar, Clock, Nonce
    from snapkeep.ports.ec2 import Instances, Keys, LifecycleHooks, Pacer, Regions, Snapshots, Volumes
    from snapkeep.ports.efs import AccessPoints
    from snapkeep.ports.efs_restores import AccessPointMaker, EfsFileSystems, RestoreFollower, RestoreJobs
    from snapkeep.ports.files import FileReader, FileStore
    from snapkeep.ports.filesystems import FileSystems
    from snapkeep.ports.journal import Journal
    from snapkeep.ports.kubernetes import Clusters, NodeClusters
    from snapkeep.ports.loans import Grants, Lender, LoanNews
    from snapkeep.ports.messaging import ConfigTrier, IncidentQueue, ObjectsSaver, Pruner, Queue, Starter
    from snapkeep.ports.news import (
        BackupNews,
        ChangeNews,
        CheckNews,
        CopyNews,
        InterruptionNews,
        RetentionNews,
        WorkNews,
    )
    from snapkeep.ports.objects import Envelopes, ObjectArchives, ObjectClusters
    from snapkeep.ports.reports import ReportPages
    from snapkeep.ports.tiers import Tiers
    from snapkeep.ports.vaults import SharedSnapshots, Shares, Sources, Vaults


@dataclass(eq=False, kw_only=True)
class Ports:
    """What services need from the outside world.

    `snapshots` shows the deployment's own, `everybodys_snapshots` those of every deployment in the account.
    `regions` is EC2 elsewhere, and `blocks_in` are the blocks of snapshots in a Region; `shares` and `vaults`
    are for copies to other accounts, `shares` and `grants` for a vault's loans, which only `lender` may make.
    In a vault, `regions_of` is EC2 as it lists a source's copies, `shared` what sources share, and `sources`
    answers them. `pause` waits.
    `to_save` feeds save_node, `to_release` feeds release_volumes.
    """

    deployment: Deployment
    clusters: Clusters
    nodes: NodeClusters
    object_clusters: ObjectClusters
    object_archives: ObjectArchives
    envelopes: Envelopes
    snapshots: Snapshots
    everybodys_snapshots: Snapshots
    blocks: Blocks
    blocks_in: Callable[[str], Blocks]
    tiers: Tiers
    file_systems: FileSystems
    files: FileStore
    file_reader: FileReader
    backup_vault: BackupVault
    restore_jobs: RestoreJobs
    efs_file_systems: EfsFileSystems
    access_point_maker: AccessPointMaker
    restore_follower: RestoreFollower
    access_points: AccessPoints
    backup_jobs: BackupJobs
    regions: Regions
    shares: Shares
    vaults: Vaults
    grants: Grants
    regions_of: Callable[[VaultSource], Regions]
    shared: SharedSnapshots
    sources: Sources
    volumes: Volumes
    instances: Instances
    hooks: LifecycleHooks
    keys: Keys
    pacer: Pacer
    journal: Journal
    jobs: Queue
    to_save: IncidentQueue
    to_release: IncidentQueue
    starter: Starter
    objects_saver: ObjectsSaver
    pruner: Pruner
    trier: ConfigTrier
    announcer: BackupNews
    retention_news: RetentionNews
    copy_news: CopyNews
    loan_news: LoanNews
    lender: Lender
    changes: ChangeNews
    check_news: CheckNews
    incident_news: InterruptionNews
    work_news: WorkNews
    pages: ReportPages
    calendar: Calendar
    clock: Clock
    nonce: Nonce
    pause: Callable[[timedelta], None]
