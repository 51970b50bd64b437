"""Connections to the API and to S3 that go the way the AWS SDK's own would.

https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-proxy.html
"""

from __future__ import annotations

import os
from urllib.parse import urlsplit

import urllib3
from botocore.utils import get_environ_proxies

BUNDLES = ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE")
"""Where the SDK looks for the certificates to trust, in its order."""


def pool_for(url: str, *, retries: urllib3.Retry, timeout: urllib3.Timeout) -> urllib3.PoolManager:
    """A pool that reaches a URL through the proxy, and trusts the certificates, that the environment names
    (`HTTPS_PROXY`, `NO_PROXY`, `AWS_CA_BUNDLE`)."""
    bundle = next(filter(None, map(os.environ.get, BUNDLES)), None)
    proxy = get_environ_proxies(url).get(urlsplit(url).scheme)
    if not proxy:
        return urllib3.PoolManager(retries=retries, timeout=timeout, ca_certs=bundle)
    where = proxy if "://" in proxy else f"http://{proxy}"
    return urllib3.ProxyManager(where, retries=retries, timeout=timeout, ca_certs=bundle)
