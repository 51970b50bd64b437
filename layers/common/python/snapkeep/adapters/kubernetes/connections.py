"""Connections to EKS clusters: endpoint, certificate authority and identity."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from snapkeep.adapters.kubernetes.client import KubernetesClient, Transport
from snapkeep.adapters.kubernetes.token import Credentials, TokenSource
from snapkeep.domain.errors import ClusterUnreachable, PermanentError

if TYPE_CHECKING:
    from mypy_boto3_eks import EKSClient
    from mypy_boto3_eks.type_defs import ClusterTypeDef

    from snapkeep.ports.clock import Clock


class EksConnections:
    """Clients for the clusters of one account and Region; each cluster is described once and cached."""

    def __init__(
        self,
        eks: EKSClient,
        region: str,
        credentials: Credentials,
        clock: Clock,
        transport: Callable[[str, str], Transport],
    ) -> None:
        """`transport` creates a Transport from an endpoint and a certificate authority (PEM)."""
        self._eks = eks
        self._region = region
        self._credentials = credentials
        self._clock = clock
        self._transport = transport
        self._known: dict[str, KubernetesClient] = {}

    def client(self, name: str) -> KubernetesClient:
        """The client of the cluster of that name.

        Raises PermanentError when EKS has none, ClusterUnreachable when it cannot be described now.
        """
        if name not in self._known:
            self._known[name] = self._connect(name)
        return self._known[name]

    def _connect(self, name: str) -> KubernetesClient:
        description = self._describe(name)
        try:
            endpoint = description["endpoint"]
            authority = description["certificateAuthority"]["data"]
        except KeyError as error:
            status = description.get("status", "unknown")
            raise ClusterUnreachable(f"{name} has no endpoint yet (its status is {status})") from error
        if not authority:
            raise ClusterUnreachable(f"{name} has no certificate authority: its API cannot be trusted")
        tokens = TokenSource(name, self._region, self._credentials, self._clock)
        http = self._transport(endpoint, base64.b64decode(authority).decode())
        return KubernetesClient(name, endpoint, http, tokens, lambda: self._forget(name))

    def _describe(self, name: str) -> ClusterTypeDef:
        try:
            return self._eks.describe_cluster(name=name)["cluster"]
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                raise PermanentError(
                    f"EKS has no cluster {name} in {self._region}: correct snapkeep.yaml; its backups stay"
                ) from error
            raise ClusterUnreachable(f"cannot describe cluster {name}: {error}") from error
        except BotoCoreError as error:
            raise ClusterUnreachable(f"cannot describe cluster {name}: {error}") from error

    def _forget(self, name: str) -> None:
        """Drop the cached client, because the cluster's endpoint or certificate authority may have
        changed."""
        self._known.pop(name, None)
