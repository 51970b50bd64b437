"""Every state that AWS Backup documents means something."""

from __future__ import annotations

import botocore.session

from snapkeep.domain.efs.jobs import STATES, STORED, JobState, StoredState


def documented(shape: str) -> set[str]:
    """The values of an enum in the API's model."""
    model = botocore.session.get_session().get_service_model("backup")
    return set(model.shape_for(shape).enum)


def test_every_state_of_a_job_is_known() -> None:
    assert documented("BackupJobState") == set(STATES)


def test_a_job_ends_completed_or_failed() -> None:
    ended = {name for name, state in STATES.items() if state.has_ended}

    assert ended == {"COMPLETED", "PARTIAL", "ABORTED", "EXPIRED", "FAILED"}
    assert {name for name, state in STATES.items() if state is JobState.COMPLETED} == {"COMPLETED"}


def test_a_recovery_point_is_ready_only_when_aws_says_so() -> None:
    ready = {name for name, state in STORED.items() if state is StoredState.READY}

    assert ready == {"COMPLETED", "AVAILABLE"}
    assert set(STORED) | {"PARTIAL", "STOPPED"} == documented("RecoveryPointStatus")
