"""Which of the driver's errors end the wait for a VolumeSnapshot."""

from __future__ import annotations

import pytest

from snapkeep.domain.retention.deletion.refusals import permanent_refusal

SIDECAR = "Failed to create snapshot: failed to take snapshot of the volume vol-1: "
RESERVED = "Invalid tag value: tag key 'ebs.csi.aws.com/cluster-name' is reserved"


def test_an_invalid_argument_is_refused_for_good_in_the_drivers_words() -> None:
    assert permanent_refusal(f'{SIDECAR}"rpc error: code = InvalidArgument desc = {RESERVED}"') == RESERVED
    quoted = r'"rpc error: code = InvalidArgument desc = Could not parse SnapshotLockDuration: \"x\""'
    assert permanent_refusal(SIDECAR + quoted) == 'Could not parse SnapshotLockDuration: "x"'


@pytest.mark.parametrize(
    "error",
    [
        "",
        "failed to check the source volume",
        f"{SIDECAR}InvalidArgument",
        f'{SIDECAR}"rpc error: code = Internal desc = Could not create \\"s\\": RequestLimitExceeded"',
        f'{SIDECAR}"rpc error: code = ResourceExhausted desc = Could not create: SnapshotLimitExceeded"',
        f'{SIDECAR}"rpc error: code = Internal desc = peer said: rpc error: code = InvalidArgument desc = x"',
        f'{SIDECAR}"rpc error: code = DeadlineExceeded desc = context deadline exceeded"',
    ],
)
def test_what_may_pass_by_itself_is_waited_for(error: str) -> None:
    assert permanent_refusal(error) == ""
