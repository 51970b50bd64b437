"""Reads jobs from the queue."""

from __future__ import annotations

from snapkeep.domain.backup.jobs import Job, job_from_json
from snapkeep.inbound.errors import MalformedMessage


def read_job(body: str) -> Job:
    """The job in a message body. Raises MalformedMessage when it is not a job, which sends it to the DLQ."""
    try:
        return job_from_json(body)
    except ValueError as error:
        raise MalformedMessage(str(error)) from error
