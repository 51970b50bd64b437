"""The copies in a vault according to the journal, because they cannot be seen in EC2 from here."""

from __future__ import annotations

from collections.abc import Iterable

from snapkeep.domain.copies.copies import Copy, CopyState
from snapkeep.domain.copies.places import Place
from snapkeep.domain.copies.records import CopyRecord, CopyStage
from snapkeep.domain.points import ClaimFacts
from snapkeep.services.copies.place_copies import PlaceCopies

STATES = {
    CopyStage.INTENDED: CopyState.PENDING,
    CopyStage.COPYING: CopyState.PENDING,
    CopyStage.READY: CopyState.READY,
    CopyStage.FAILED: CopyState.FAILED,
    CopyStage.GIVEN_UP: CopyState.FAILED,
}
"""The likely state of a copy by the stage of its record; in any other stage there is no copy."""


def known_copies(place: Place, records: Iterable[CopyRecord]) -> PlaceCopies:
    """The copies that the records tell of, in the vault of a place as it is configured now."""
    return PlaceCopies(
        [
            _copy(record)
            for record in records
            if record.stage in STATES and (record.account, record.region) == (place.account, place.region)
        ]
    )


def _copy(record: CopyRecord) -> Copy:
    """A copy with everything that queueing and choosing need; facts that only tags hold are missing."""
    claim = ClaimFacts(
        cluster=record.cluster,
        namespace=record.namespace,
        name=record.claim,
        uid=record.claim_uid,
        requested="",
        storage_class="",
        access_modes=(),
        volume_mode="",
        fs_type="",
    )
    return Copy(
        snapshot_id=record.snapshot_id or f"asked for {record.point_id}",
        point_id=record.point_id,
        place=record.place,
        claim=claim,
        policy=record.policy,
        slot=record.taken,
        taken=record.taken,
        source_snapshot=record.source,
        source_volume="",
        state=STATES[record.stage],
        started_at=record.started_at or record.taken,
        key=record.kms_key,
    )
