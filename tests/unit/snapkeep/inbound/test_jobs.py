"""Jobs out of the queue."""

from __future__ import annotations

import pytest

from snapkeep.domain.backup.jobs import Job
from snapkeep.inbound.errors import MalformedMessage
from snapkeep.inbound.jobs import read_job

JOB = Job("myeks.daily.20261124T180000Z", "myeks", ("data", "logs"), "wordpress")


def test_a_job_is_read_as_it_was_sent() -> None:
    assert read_job(JOB.to_json()) == JOB


@pytest.mark.parametrize(
    "body", ["", "{}", "[]", "null", '{"run": "r", "cluster": "c", "group": ""}', '{"points": 7}']
)
def test_a_body_that_is_no_job_is_malformed(body: str) -> None:
    with pytest.raises(MalformedMessage):
        read_job(body)
