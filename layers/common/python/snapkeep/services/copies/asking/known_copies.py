"""The copies in a vault as far as the journal knows them: nobody here can see them in EC2."""

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
"""What a copy most likely is by its record; in any other stage there is none."""


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
    """A copy with all that queues and choices go by; facts that only tags have are missing."""
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
