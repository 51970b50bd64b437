"""Recovery points as response bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snapkeep.domain.archive.shown import Tier
from snapkeep.domain.files.commands import ls_command
from snapkeep.domain.files.hindrances import hindrance_of
from snapkeep.domain.points import PointState
from snapkeep.domain.times import to_second
from snapkeep.inbound.api.body import Body
from snapkeep.inbound.api.models.check import CheckModel, ShownCheckModel, check_model, shown_check_model
from snapkeep.inbound.api.words import RestoreHintModel, restore_hint, size_text

if TYPE_CHECKING:
    from snapkeep.domain.archive.shown import ShownTier
    from snapkeep.domain.files.limits import FileRules
    from snapkeep.domain.proof.shown import ShownCheck
    from snapkeep.domain.report.catalogue import ShownPoint
    from snapkeep.domain.restore.holds import Hold
    from snapkeep.domain.restore.points import PointFacts
    from snapkeep.domain.restore.suggestions import Suggestion


class PointModel(Body):
    """A recovery point: what EC2 and its tags say now. Sizes are those of the snapshotted volume.

    `archived_at` is when its policy had it archived; one that is back for a time goes there again at
    `back_until`. Of a copy, `place` says where it is, `copied_from` the account and Region of its source, and
    `started_at` when its data was taken; both are empty for other points.
    """

    id: str
    snapshot_id: str
    cluster: str
    namespace: str
    claim: str
    claim_uid: str
    policy: str
    slot: str | None
    state: PointState
    size: str
    size_bytes: int
    requested: str
    storage_class: str
    access_modes: list[str]
    volume_mode: str
    fs_type: str
    group: str
    method: str
    started_at: str
    held: bool
    archived: bool
    archived_at: str | None
    back_until: str | None
    place: str
    copied_from: str


class ListedPointModel(PointModel):
    """A recovery point in a list, and how it stands."""

    check: CheckModel


class HoldModel(Body):
    """Who protects a recovery point from pruning, why and until when."""

    holder: str
    reason: str
    until: str | None
    by: str


class ShownPointModel(PointModel):
    """A recovery point with its holds and its check."""

    holds: list[HoldModel]
    check: ShownCheckModel


class FilesHintModel(Body):
    """The command that lists the files of a recovery point; `trouble` says why they cannot be read now, and
    is empty when nothing speaks against it."""

    command: str
    trouble: str = ""


class RestorablePointModel(ShownPointModel):
    """A recovery point with its holds and its check, how to restore it, and in which tier it is, with the
    reason in words. `files` is null where the deployment does not read files."""

    tier: Tier
    tier_words: str
    restore: RestoreHintModel
    files: FilesHintModel | None


class PointPageModel(Body):
    """Recovery points by namespace and claim, newest first; `unreadable`, on the first page, says which
    copies in a place are left out, and why."""

    recovery_points: list[ListedPointModel]
    unreadable: str = ""
    next_cursor: str | None = None


def point_model(point: PointFacts) -> PointModel:
    """A point as a response body."""
    return PointModel(
        id=point.id,
        snapshot_id=point.snapshot_id,
        cluster=point.cluster,
        namespace=point.namespace,
        claim=point.claim,
        claim_uid=point.claim_uid,
        policy=point.policy,
        slot=to_second(point.slot) if point.slot else None,
        state=point.state.public,
        size=size_text(point.size_bytes),
        size_bytes=point.size_bytes,
        requested=point.requested,
        storage_class=point.storage_class,
        access_modes=list(point.access_modes),
        volume_mode=point.volume_mode,
        fs_type=point.fs_type,
        group=point.group,
        method=point.method,
        started_at=to_second(point.started_at),
        held=point.held,
        archived=point.archived,
        archived_at=to_second(point.archived_at) if point.archived_at else None,
        back_until=to_second(point.back_to_archive_at) if point.back_to_archive_at else None,
        place=point.place,
        copied_from=point.copied_from,
    )


def listed_point_model(point: PointFacts, check: ShownCheck) -> ListedPointModel:
    """A point in a list as a response body."""
    return ListedPointModel(**point_model(point).model_dump(), check=check_model(check))


def shown_point_model(shown: ShownPoint, check: ShownCheck) -> ShownPointModel:
    """A point with its holds and its check as a response body."""
    return ShownPointModel(
        **point_model(shown.point).model_dump(),
        holds=[_hold(hold) for hold in shown.holds],
        check=shown_check_model(check),
    )


def restorable_point_model(
    shown: ShownPoint, check: ShownCheck, tier: ShownTier, how: Suggestion, files: FileRules | None
) -> RestorablePointModel:
    """A point with its holds, its check, its tier, and the commands that restore it and list its files, as a
    response body."""
    return RestorablePointModel(
        **shown_point_model(shown, check).model_dump(),
        tier=tier.tier,
        tier_words=tier.words,
        files=_files_hint(shown.point, files) if files else None,
        restore=restore_hint(how),
    )


def _hold(hold: Hold) -> HoldModel:
    until = to_second(hold.ends) if hold.ends else None
    return HoldModel(holder=hold.holder, reason=hold.reason, until=until, by=hold.by)


def _files_hint(point: PointFacts, rules: FileRules) -> FilesHintModel:
    why = hindrance_of(point, rules.keys)
    command = ls_command(point.id, point.cluster, point.namespace)
    return FilesHintModel(command=command, trouble=f"{why.reason}: {why.fix}" if why else "")
