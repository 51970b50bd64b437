"""A boto3 session whose clients answer what a test wrote down."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from snapkeep_cli.doctor.asking import Clients

REGION = "eu-west-1"


class Scripted:
    """A session whose clients answer what was written down; an exception is raised."""

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
    """The clients of an account that answers so, by the name of the operation."""
    session: Any = Scripted(**answers)
    return Clients(session, REGION)


def refused(code: str) -> ClientError:
    """An error of AWS."""
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "Looked")
