"""Requests through the official Kubernetes client, which handles TLS, proxies and connections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import urllib3
from kubernetes.client.api_client import ApiClient
from kubernetes.client.configuration import Configuration
from kubernetes.client.exceptions import ApiException

if TYPE_CHECKING:
    from snapkeep.adapters.kubernetes.client import Transport


class OfficialTransport:
    """An ApiClient whose own errors are raised as urllib3's."""

    def __init__(self, client: ApiClient) -> None:
        self._client: Transport = client

    def call_api(
        self, method: str, url: str, header_params: Any, body: Any, *, _request_timeout: tuple[int, int]
    ) -> Any:
        """Send a request; the answer has `status`, `headers` and `read()`."""
        try:
            return self._client.call_api(method, url, header_params, body, _request_timeout=_request_timeout)
        except ApiException as error:
            raise urllib3.exceptions.HTTPError(str(error)) from error


def official_transport(endpoint: str, certificate_authority: str) -> Transport:
    """HTTPS that trusts only this certificate authority (PEM) and never retries by itself."""
    configuration = Configuration(host=endpoint, ca_cert_data=certificate_authority, retries=False)
    return OfficialTransport(ApiClient(configuration))
