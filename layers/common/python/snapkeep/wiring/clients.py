"""The function's connections to AWS and to clusters, shared by all of its ports.

A client is created on its first call: no function calls all of them.
"""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.config import Config

from snapkeep.adapters.aws.session import CALLS
from snapkeep.wiring.basics import clock

if TYPE_CHECKING:
    from snapkeep.adapters.kubernetes.connections import EksConnections


class Client:
    """A botocore client, created on its first call."""

    def __init__(self, service: str, config: Config, region: str = "") -> None:
        self._service, self._config, self._region = service, config, region or None

    @cached_property
    def _client(self) -> Any:
        return session().create_client(self._service, self._region, config=self._config)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


@cache
def session() -> botocore.session.Session:
    """The function's own credentials and Region. The stack's clusters, and everything that is not copied
    elsewhere, are in this Region.

    Plain botocore: boto3 would only slow down a cold start.
    """
    return botocore.session.get_session()


def client(service: str, config: Config = CALLS, region: str = "") -> Any:
    """A client for that service, in the function's Region unless another is named; not created yet."""
    return Client(service, config, region)


def region() -> str:
    """The Region of the function and its clusters."""
    return str(session().get_config_variable("region"))


@cache
def connections() -> EksConnections:
    """The connections to clusters. RuntimeError if the function has no credentials."""
    from snapkeep.adapters.kubernetes.connections import EksConnections
    from snapkeep.adapters.kubernetes.quick_transport import quick_transport

    credentials = session().get_credentials()
    if credentials is None:
        raise RuntimeError("no AWS credentials: a function has those of its role")
    return EksConnections(client("eks"), region(), credentials, clock, quick_transport)
