"""A boto3 session whose clients return scripted answers."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from snapkeep_cli.doctor.asking import Clients

REGION = "eu-west-1"


class Scripted:
    """A session whose clients return scripted answers; a scripted exception is raised."""

    def __init__(self, **answers: Any) -> None:
        self._answers = answers

    def client(self, service: str, region_name: str) -> Scripted:
        assert region_name == REGION
        return self

    def get_paginator(self, operation: str) -> Scripted:
        return Scripted(paginate=[self._answers[operation]])

    def __getattr__(self, operation: str) -> Any:
        def answer(**_: Any) -> Any:
            found = self._answers[operation]
            if isinstance(found, Exception):
                raise found
            return found

        return answer


def scripted(**answers: Any) -> Clients:
    """An account's clients that return these answers, by operation name."""
    session: Any = Scripted(**answers)
    return Clients(session, REGION)


def refused(code: str, message: str = "no") -> ClientError:
    """An AWS error."""
    return ClientError({"Error": {"Code": code, "Message": message}}, "Looked")
