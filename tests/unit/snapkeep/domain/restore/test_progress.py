"""How a restore stands, in words a person acts on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from snapkeep.domain.restore.bindings import Binding
from snapkeep.domain.restore.operations import Stage
from snapkeep.domain.restore.progress import ClaimEvent, Progress, RestoredClaim, RestoreState, progress
from tests.fakes.restore_samples import NOW, a_restore

MADE = a_restore(stage=Stage.CREATED)


def a_claim(**changes: Any) -> RestoredClaim:
    given: dict[str, Any] = {
        "phase": "Pending",
        "operation": MADE.id,
        "waits_for_consumer": False,
        "node_selected": False,
    }
    return RestoredClaim(**(given | changes))


def told(claim: RestoredClaim | None, stage: Stage = Stage.CREATED) -> tuple[RestoreState, str]:
    found = progress(a_restore(stage=stage), claim)
    return found.state, found.text


def test_waiting_for_a_pod_is_success_so_far() -> None:
    assert told(a_claim(waits_for_consumer=True, snapshot_ready=False)) == (
        RestoreState.WAITING_FOR_CONSUMER,
        "claim shop/data-restored is ready to use: its volume is created when the first pod uses it",
    )


def test_once_a_node_is_chosen_the_volume_is_being_made() -> None:
    state, _ = told(a_claim(waits_for_consumer=True, node_selected=True))
    assert state is RestoreState.PROVISIONING


def test_an_archived_point_comes_back_before_there_is_a_claim() -> None:
    assert told(None, Stage.BRINGING_BACK) == (
        RestoreState.BRINGING_BACK,
        "recovery point data-20261124t120000z-0123456789 is in the archive tier; claim shop/data-restored is "
        "created once it is back",
    )
    waiting = a_restore(stage=Stage.BRINGING_BACK, awaits="recovery point p1: bringing back (3%)")
    assert progress(waiting, None).text == (
        "recovery point p1: bringing back (3%); claim shop/data-restored is created once it is back"
    )


def test_the_newest_warning_of_the_provisioner_is_told() -> None:
    events = (
        ClaimEvent(NOW, "Warning", "ProvisioningFailed", "old trouble"),
        ClaimEvent(NOW + timedelta(seconds=9), "Warning", "ProvisioningFailed", "UnauthorizedOperation"),
        ClaimEvent(NOW + timedelta(seconds=20), "Normal", "ExternalProvisioning", "waiting"),
    )
    found = progress(MADE, a_claim(events=events))
    assert found == Progress(
        RestoreState.PROVISIONING,
        "the volume of claim shop/data-restored is being created; "
        "the provisioner says: UnauthorizedOperation",
        events,
    )


def test_an_unready_snapshot_is_named_with_its_error() -> None:
    assert told(a_claim(snapshot_ready=False, snapshot_error="no such snapshot")) == (
        RestoreState.WAITING_FOR_SNAPSHOT,
        "claim shop/data-restored waits for its VolumeSnapshot to be ready: no such snapshot",
    )


def test_a_bound_claim_names_its_volume() -> None:
    binding = Binding("pvc-1", "vol-1", MADE.snapshot_id)
    assert told(a_claim(phase="Bound", binding=binding)) == (
        RestoreState.BOUND,
        "claim shop/data-restored is bound to volume pvc-1",
    )


def test_a_lost_volume_is_a_failure() -> None:
    assert told(a_claim(phase="Lost", binding=Binding("pvc-1")))[0] is RestoreState.FAILED


def test_a_claim_bound_to_something_else_is_no_restore() -> None:
    for made_from in ("", "snap-of-another-point"):
        found = progress(MADE, a_claim(phase="Bound", binding=Binding("pv-1", "vol-1", made_from)))
        assert (found.state, found.other_data) == (RestoreState.FAILED, True)


def test_nothing_is_said_to_be_bound_before_ec2_shows_the_volume() -> None:
    assert told(a_claim(phase="Bound", binding=Binding("pv-1", "vol-1"))) == (
        RestoreState.PROVISIONING,
        "claim shop/data-restored is bound to volume pv-1, but EC2 does not show vol-1 yet",
    )


def test_a_restore_that_ended_well_is_not_looked_at_again() -> None:
    binding = Binding("pv-1", "vol-1")
    assert told(a_claim(phase="Bound", binding=binding), Stage.BOUND)[0] is RestoreState.BOUND


def test_a_claim_that_is_gone_was_removed_by_somebody() -> None:
    assert told(None) == (RestoreState.REMOVED, "claim shop/data-restored was deleted before it was bound")
    assert told(None, Stage.BOUND)[1] == "claim shop/data-restored was bound and has since been deleted"


def test_before_the_claim_is_made_the_restore_is_accepted() -> None:
    assert told(None, Stage.ACCEPTED)[0] is RestoreState.ACCEPTED


def test_a_claim_of_another_restore_is_not_ours() -> None:
    assert told(a_claim(phase="Bound", operation="another"))[0] is RestoreState.REMOVED


def test_a_failure_keeps_its_reason() -> None:
    failed = a_restore().failed(NOW, "the namespace is terminating")
    assert progress(failed, None) == Progress(RestoreState.FAILED, "the namespace is terminating")
