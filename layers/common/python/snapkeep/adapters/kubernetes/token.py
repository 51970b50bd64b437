"""Bearer tokens for EKS: a presigned STS request that the control plane forwards.

`k8s-aws-v1.` and, in base64url without padding, a GetCallerIdentity URL presigned with the header
`x-k8s-aws-id` (the cluster's name) among the signed ones. Signing is offline: no call, no permission.
https://github.com/kubernetes-sigs/aws-iam-authenticator/blob/master/pkg/token/token.go
"""

from __future__ import annotations

import base64
import re
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import BotoCoreError
from botocore.loaders import create_loader

from snapkeep.domain.errors import ClusterUnreachable

if TYPE_CHECKING:
    from snapkeep.ports.clock import Clock

PREFIX = "k8s-aws-v1."

LIFE = timedelta(minutes=14)
"""The verifier accepts a token for 15 minutes after it was signed, whatever its expiry; one minute is a
margin."""

REFRESH_AFTER = timedelta(minutes=10)

EXPIRES_SECONDS = 60
"""The expiry that every client writes into the URL; the verifier allows 0 to 900."""


class Credentials(Protocol):
    """botocore's Credentials, which return the current keys."""

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        """Access key, secret and session token that belong together."""


class TokenSource:
    """The token for one cluster, signed again when it is 10 minutes old or was refused."""

    def __init__(self, cluster: str, region: str, credentials: Credentials, clock: Clock) -> None:
        self._cluster = cluster
        self._region = region
        self._credentials = credentials
        self._clock = clock
        self._token = ""
        self._signed_at: datetime | None = None

    def token(self) -> str:
        """A token that is valid for at least 4 minutes, or less when the keys cannot be renewed.

        Raises ClusterUnreachable when there are no AWS credentials to sign with.
        """
        age = self._clock() - self._signed_at if self._signed_at else None
        if age is not None and timedelta() <= age < REFRESH_AFTER:
            return self._token
        try:
            self._token = sign(self._cluster, self._region, self._credentials.get_frozen_credentials())
            self._signed_at = self._clock()
        except BotoCoreError as error:
            if age is None or not timedelta() <= age < LIFE:
                raise ClusterUnreachable(
                    f"no AWS credentials to sign in to {self._cluster}: {error}"
                ) from error
        return self._token

    def drop(self) -> None:
        """Forget the token: the cluster refused it."""
        self._signed_at = None


def sign(cluster: str, region: str, credentials: ReadOnlyCredentials) -> str:
    """A fresh token for the cluster of that name."""
    url = f"https://sts.{region}.{dns_suffix(region)}/?Action=GetCallerIdentity&Version=2011-06-15"
    request = AWSRequest(method="GET", url=url, headers={"x-k8s-aws-id": cluster})
    SigV4QueryAuth(credentials, "sts", region, expires=EXPIRES_SECONDS).add_auth(request)
    return PREFIX + base64.urlsafe_b64encode(str(request.url).encode()).decode().rstrip("=")


def dns_suffix(region: str) -> str:
    """The DNS suffix of the Region's partition, such as `amazonaws.com.cn`, from botocore's own list."""
    for partition in _partitions():
        if region in partition["regions"] or re.match(partition["regionRegex"], region):
            return str(partition["outputs"]["dnsSuffix"])
    return "amazonaws.com"


@cache
def _partitions() -> list[dict[str, Any]]:
    return list(create_loader().load_data("partitions")["partitions"])
