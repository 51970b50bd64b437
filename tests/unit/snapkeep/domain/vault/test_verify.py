"""What a vault believes of a request, whatever is in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from snapkeep.domain import tags
from snapkeep.domain.copies.copies import Copy, read_copy
from snapkeep.domain.copies.requests import TAGS_OF_POINT, read_request, request_for
from snapkeep.domain.copies.tags import COPY
from snapkeep.domain.drivers import DRIVERS
from snapkeep.domain.naming import point_id
from snapkeep.domain.points import SnapshotState
from snapkeep.domain.retention.snapshot_tags import Unreadable
from snapkeep.domain.times import compact
from snapkeep.domain.vault.verify import Refused, Verified, Why, verify
from tests.contract.ports.samples import NOW, a_point, a_run
from tests.unit.snapkeep.domain.copies.copy_samples import a_copy_of, a_source, with_tags
from tests.unit.snapkeep.domain.vault.test_vault import PROD

SOURCE = replace(PROD, deployment="blue")
SNAPSHOT = replace(a_source(), id="snap-0aaaaaaaaaaaaaaa1")
REQUEST = request_for("blue", "vault", SOURCE.region, SNAPSHOT, NOW)
SHOWN = replace(SNAPSHOT, tags={}, owner=SOURCE.account)
LATER = NOW + timedelta(hours=1)


def outcome(of_aws: bool = False, **changes: object) -> Why | None:
    """What comes of the good request, if EC2 shows this instead."""
    shown = replace(SHOWN, **changes)  # type: ignore[arg-type]
    found = verify(REQUEST, SOURCE, shown, LATER, of_aws=of_aws)
    return found.why if isinstance(found, Refused) else None


def test_what_holds_is_the_point_that_the_source_has() -> None:
    found = verify(REQUEST, SOURCE, SHOWN, LATER, of_aws=False)
    assert isinstance(found, Verified)
    assert (found.point.point_id, found.point.snapshot_id) == (REQUEST.point, SNAPSHOT.id)
    assert (found.point.taken, found.snapshot.owner) == (SNAPSHOT.started_at, SOURCE.account)
    assert found.snapshot.tags == {key: SNAPSHOT.tags[key] for key in TAGS_OF_POINT if key in SNAPSHOT.tags}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"owner": "999999999999"}, Why.OWNER),
        ({"owner": ""}, Why.OWNER),
        ({"state": SnapshotState.PENDING}, Why.STATE),
        ({"state": SnapshotState.ERROR}, Why.STATE),
        ({"archived": True}, Why.STATE),
        ({"size_bytes": 2 * 2**30}, Why.SIZE),
        ({"of_aws": True}, Why.KEY),
        ({"started_at": LATER + timedelta(minutes=6)}, Why.TIME),
        ({"started_at": NOW - timedelta(hours=1, seconds=10)}, Why.TIME),
        ({"started_at": NOW + timedelta(minutes=30)}, None),
        ({"started_at": NOW - timedelta(minutes=30)}, None),
    ],
)
def test_ec2_has_the_last_word(changes: dict[str, object], why: Why | None) -> None:
    assert outcome(**changes) is why  # type: ignore[arg-type]


def test_a_snapshot_that_ec2_does_not_show_is_refused() -> None:
    found = verify(REQUEST, SOURCE, None, LATER, of_aws=False)
    assert isinstance(found, Refused) and found.why is Why.NOT_SHARED


def test_a_snapshot_taken_long_after_its_slot_is_another_points() -> None:
    shown = replace(SHOWN, started_at=NOW + timedelta(hours=54, minutes=1))
    found = verify(REQUEST, SOURCE, shown, NOW + timedelta(days=9), of_aws=False)
    assert isinstance(found, Refused) and found.why is Why.TIME


@pytest.mark.parametrize("volume", ["vol-ffffffff", "vol-ffffffffffffffff", "vol-ffff", ""])
def test_the_arbitrary_volume_of_a_copy_does_not_make_all_claims_one_lineage(volume: str) -> None:
    found = verify(REQUEST, SOURCE, replace(SHOWN, volume_id=volume), LATER, of_aws=False)
    assert isinstance(found, Verified)
    assert found.snapshot.volume_id == REQUEST.tags[tags.CLAIM_UID]


@pytest.mark.parametrize("key", [tags.CLUSTER, tags.CLAIM_UID, tags.POLICY, tags.SLOT, tags.POINT])
def test_what_the_hash_protects_cannot_be_changed(key: str) -> None:
    value = {tags.SLOT: "20261123T180000Z", tags.CLUSTER: "second"}.get(key, "another")
    both = replace(SOURCE, clusters=("myeks", "second"))
    forged = replace(REQUEST, tags={**REQUEST.tags, key: value})
    found = verify(forged, both, SHOWN, LATER, of_aws=False)
    assert isinstance(found, Refused) and found.why is Why.TAGS


@given(slot=st.datetimes(timezones=st.just(UTC)))
@example(slot=datetime.min.replace(tzinfo=UTC))
@example(slot=datetime.max.replace(tzinfo=UTC))
def test_whatever_slot_a_source_makes_up_its_snapshot_has_to_fit(slot: datetime) -> None:
    slot = slot.replace(microsecond=0)
    made_up = {**REQUEST.tags, tags.SLOT: compact(slot)}
    keys = (tags.CLAIM, tags.CLUSTER, tags.CLAIM_UID, tags.POLICY)
    point = point_id(*(made_up[key] for key in keys), slot, made_up[tags.DEPLOYMENT])
    forged = replace(REQUEST, tags={**made_up, tags.POINT: point})
    found = verify(forged, SOURCE, SHOWN, LATER, of_aws=False)
    fits = timedelta(hours=-1) <= SHOWN.started_at - slot <= timedelta(hours=54)
    assert isinstance(found, Verified) is fits
    copy = read_copy(with_tags(a_copy_of(SNAPSHOT), forged.tags | {tags.MANAGED: COPY}))
    assert isinstance(copy, Copy | Unreadable)


@given(
    key=st.sampled_from(TAGS_OF_POINT),
    value=st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), max_size=256),
)
def test_whatever_a_tag_says_the_answer_is_safe_to_show(key: str, value: str) -> None:
    forged = replace(REQUEST, tags={**REQUEST.tags, key: value})
    found = verify(forged, SOURCE, SHOWN, LATER, of_aws=False)
    if isinstance(found, Refused):
        assert (found.reason.isprintable() and found.reason.isascii()) or key == tags.POINT
        assert len(found.reason) < 500
    else:
        assert value.isascii()


@pytest.mark.parametrize("driver", [*DRIVERS])
@pytest.mark.parametrize(
    "claim",
    [
        {"partition": "1", "fs_type": "xfs", "storage_class": ""},
        {"volume_mode": "Block", "fs_type": "", "access_modes": ("ReadWriteMany", "ReadWriteOncePod")},
        {"requested": "1e9", "name": "data.wordpress-0", "storage_class": "x" * 300},
    ],
)
def test_whatever_a_source_writes_on_its_points_is_believed(driver: str, claim: dict[str, Any]) -> None:
    point = a_point("data", a_run("on-demand"))
    changed = replace(point.claim, driver=driver, **claim)
    point = replace(point, group="shop/app.kubernetes.io_name", claim=changed)
    identity = (point.claim.name, point.claim.cluster, point.claim.uid, point.policy, point.slot)
    full = tags.full_tags(replace(point, id=point_id(*identity, point.deployment)))
    request = request_for("blue", "vault", SOURCE.region, replace(SNAPSHOT, tags=full), NOW)
    found = verify(read_request(request.to_document()), SOURCE, SHOWN, LATER, of_aws=False)
    assert isinstance(found, Verified), found


@pytest.mark.parametrize("volume", ["vol-data", "vol-ffffffff", ""])
@pytest.mark.parametrize("key", [key for key in TAGS_OF_POINT if key != tags.POINT])
def test_the_copy_of_what_holds_counts_whichever_tag_is_missing(key: str, volume: str) -> None:
    without = replace(REQUEST, tags={name: value for name, value in REQUEST.tags.items() if name != key})
    found = verify(without, SOURCE, replace(SHOWN, volume_id=volume), LATER, of_aws=False)
    if key in (tags.SIZE, tags.ACCESS_MODES, tags.VOLUME_MODE):
        assert isinstance(found, Refused) and found.why is Why.TAGS
    if isinstance(found, Verified):
        assert isinstance(read_copy(a_copy_of(found.snapshot)), Copy)
