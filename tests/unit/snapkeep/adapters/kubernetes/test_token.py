"""Tokens: what the verifier in the EKS control plane checks, and when they are renewed."""

from __future__ import annotations

import base64
import socket
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import CredentialRetrievalError
from botocore.httpsession import URLLib3Session

from snapkeep.adapters.kubernetes.token import TokenSource, sign
from snapkeep.domain.errors import ClusterUnreachable
from tests.fakes import TestClock

KEYS = ReadOnlyCredentials("AKIDEXAMPLE", "secret", "session/token+==")


class Keys:
    """Credentials that can be lost."""

    def __init__(self) -> None:
        self.number = 0
        self.lost = False

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        if self.lost:
            raise CredentialRetrievalError(provider="sandbox", error_msg="endpoint is away")
        self.number += 1
        return ReadOnlyCredentials(f"AKID{self.number}", "secret", "token")


def url_in(token: str) -> str:
    """The presigned URL that a token carries."""
    prefix, text = token.split(".", 1)
    assert prefix == "k8s-aws-v1"
    assert "=" not in text
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()


def test_a_token_is_a_presigned_identity_request_that_names_the_cluster() -> None:
    url = urlsplit(url_in(sign("myeks", "ap-northeast-2", KEYS)))
    query = parse_qs(url.query, strict_parsing=True)
    assert (url.scheme, url.netloc, url.path) == ("https", "sts.ap-northeast-2.amazonaws.com", "/")
    assert query["Action"] == ["GetCallerIdentity"]
    assert query["Version"] == ["2011-06-15"]
    assert query["X-Amz-SignedHeaders"] == ["host;x-k8s-aws-id"]
    assert query["X-Amz-Expires"] == ["60"]
    assert query["X-Amz-Security-Token"] == ["session/token+=="]
    assert all(len(values) == 1 for values in query.values())


def test_a_token_needs_no_way_to_sts(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("signing a token opened a connection")

    monkeypatch.setattr(socket, "socket", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    monkeypatch.setattr(URLLib3Session, "send", refused)

    assert TokenSource("myeks", "ap-northeast-2", Keys(), TestClock()).token().startswith("k8s-aws-v1.")


def test_the_signature_covers_the_cluster_name() -> None:
    signatures = {
        parse_qs(urlsplit(url_in(sign(cluster, "ap-northeast-2", KEYS))).query)["X-Amz-Signature"][0]
        for cluster in ("myeks", "other")
    }
    assert len(signatures) == 2


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("cn-north-1", "sts.cn-north-1.amazonaws.com.cn"),
        ("us-gov-west-1", "sts.us-gov-west-1.amazonaws.com"),
        ("eu-west-9", "sts.eu-west-9.amazonaws.com"),
    ],
)
def test_the_host_is_the_regional_one_of_the_partition(region: str, host: str) -> None:
    assert urlsplit(url_in(sign("myeks", region, KEYS))).netloc == host


def test_a_long_session_token_stays_below_what_the_verifier_reads() -> None:
    keys = ReadOnlyCredentials("AKIDEXAMPLE", "secret", "t" * 900)
    assert len(sign("myeks", "ap-northeast-2", keys)) < 4096


def test_a_token_is_kept_for_ten_minutes_even_while_the_function_is_frozen() -> None:
    clock = TestClock()
    source = TokenSource("myeks", "ap-northeast-2", Keys(), clock)
    first = source.token()
    clock.forward(minutes=9, seconds=59)
    assert source.token() == first
    clock.forward(seconds=1)
    assert source.token() != first


def test_a_refused_token_is_signed_anew() -> None:
    source = TokenSource("myeks", "ap-northeast-2", Keys(), TestClock())
    first = source.token()
    source.drop()
    assert source.token() != first


def test_a_clock_that_was_set_back_makes_no_token_last_longer() -> None:
    clock = TestClock()
    source = TokenSource("myeks", "ap-northeast-2", Keys(), clock)
    first = source.token()
    clock.forward(hours=-1)
    assert source.token() != first


def test_without_keys_the_old_token_serves_until_it_is_fourteen_minutes_old() -> None:
    clock, keys = TestClock(), Keys()
    source = TokenSource("myeks", "ap-northeast-2", keys, clock)
    first = source.token()
    keys.lost = True
    clock.forward(minutes=13)
    assert source.token() == first
    clock.now += timedelta(minutes=1)
    with pytest.raises(ClusterUnreachable, match="no AWS credentials to sign in to myeks"):
        source.token()
