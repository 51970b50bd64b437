"""Who is behind an EKS token: STS supplies the ARN, the cluster's access entries supply user and groups."""

from __future__ import annotations

import http.client
import os
import re
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from sandbox.kubernetes.eks_tokens import PresignedIdentity, TokenRefused
from sandbox.kubernetes.requests import User

ENTRIES_SECONDS = 3.0
"""How long access entries are cached: EKS, too, needs seconds to notice a new one."""

_ARN = re.compile(rb'<Arn>([^<]+)</Arn>|"Arn"\s*:\s*"([^"]+)"')
_USER_ID = re.compile(rb'<UserId>([^<]+)</UserId>|"UserId"\s*:\s*"([^"]+)"')
_SESSION = re.compile(
    r"arn:(?P<partition>[^:]+):sts::(?P<account>\d+):assumed-role/(?P<role>[^/]+)/(?P<session>.+)"
)
_TIMEOUT = 5.0


@dataclass(frozen=True)
class Caller:
    """STS's answer: the ARN that signed, and its user id."""

    arn: str
    user_id: str


@dataclass
class EksAccess:
    """One EKS cluster's access checks, behind the sandbox's AWS endpoint."""

    endpoint: str
    cluster: str
    region: str
    _entries: dict[str, tuple[float, Any]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _reading: threading.Lock = field(default_factory=threading.Lock)
    _eks: Any = None

    def caller(self, signed: PresignedIdentity) -> Caller:
        """Run the presigned request against STS, with the headers it was signed for. Raises TokenRefused
        if STS does not accept it (wrong key, wrong cluster name, changed URL)."""
        place = urlsplit(self.endpoint)
        connection = http.client.HTTPConnection(place.hostname or "", place.port or 80, timeout=_TIMEOUT)
        try:
            headers = {"Host": signed.host, "x-k8s-aws-id": self.cluster, "Accept": "application/json"}
            connection.request("GET", f"/?{signed.query}", headers=headers)
            answer = connection.getresponse()
            body = answer.read()
        except OSError as problem:
            raise TokenRefused(f"STS at {self.endpoint} cannot be reached: {problem}") from problem
        finally:
            connection.close()
        arn, user_id = _ARN.search(body), _USER_ID.search(body)
        if answer.status != 200 or arn is None or user_id is None:
            raise TokenRefused(f"error from AWS (expected 200, got {answer.status}): {body[:300]!r}")
        return Caller((arn[1] or arn[2]).decode(), (user_id[1] or user_id[2]).decode())

    def user(self, caller: Caller) -> User:
        """An AWS principal's Kubernetes user. Raises TokenRefused without an access entry.
        Source: EKS user guide, "Grant IAM users access to Kubernetes with EKS access entries"."""
        entry = self._entry(caller.arn)
        if entry is None:
            raise TokenRefused(f"{caller.arn} has no access entry in cluster {self.cluster}")
        session = _SESSION.fullmatch(caller.arn)
        name = entry.get("username") or _default_name(session, caller.arn)
        if session:
            plain = session["session"].replace("@", "-")
            name = name.replace("{{SessionName}}", plain).replace("{{SessionNameRaw}}", session["session"])
            name = name.replace("{{AccountID}}", session["account"])
        groups = (*(entry.get("kubernetesGroups") or ()), "system:authenticated")
        return User(name, groups, caller.user_id)

    def _entry(self, arn: str) -> dict[str, Any] | None:
        # One request serves all callers that arrive at the same moment.
        with self._reading:
            found: dict[str, Any] | None
            until, found = self._entries.get(arn, (0.0, None))
            if time.monotonic() >= until:
                found = self._read_entry(arn)
                self._entries[arn] = (time.monotonic() + ENTRIES_SECONDS, found)
            return found

    def _read_entry(self, arn: str) -> dict[str, Any] | None:
        eks = self._client()
        pages = eks.get_paginator("list_access_entries").paginate(clusterName=self.cluster)
        principal = next((row for page in pages for row in page["accessEntries"] if _is_same(row, arn)), None)
        if principal is None:
            return None
        answer = eks.describe_access_entry(clusterName=self.cluster, principalArn=principal)
        return dict(answer["accessEntry"])

    def _client(self) -> Any:
        with self._lock:
            if self._eks is None:
                self._eks = boto3.client(
                    "eks",
                    region_name=self.region,
                    endpoint_url=self.endpoint,
                    aws_access_key_id=os.environ.get("AWS_ACCESS_KEY_ID", "test"),
                    aws_secret_access_key=os.environ.get("AWS_SECRET_ACCESS_KEY", "test"),
                    config=Config(connect_timeout=_TIMEOUT, read_timeout=_TIMEOUT),
                )
            return self._eks


def _default_name(session: re.Match[str] | None, arn: str) -> str:
    return f"{arn.rpartition('/')[0]}/{{{{SessionName}}}}" if session else arn


def _is_same(principal: str, arn: str) -> bool:
    """Whether an entry's principal is the caller; a session's ARN lacks the path of its role."""
    session = _SESSION.fullmatch(arn)
    if session is None:
        return principal == arn
    head, _, rest = principal.partition(":role/")
    same_account = head == f"arn:{session['partition']}:iam::{session['account']}"
    return same_account and rest.rpartition("/")[2] == session["role"]
