"""The sandbox's API server is asked what a real one was asked, and answers the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.kubernetes.cluster import ClusterServer, Settings
from tests.contract.api_server.asking import Asking
from tests.contract.api_server.differences import ALLOWED, DIFFERENCES, differing, too_kind
from tests.contract.api_server.recorded import recorded
from tests.contract.api_server.requests import REQUESTS
from tests.contract.sandbox_kubernetes.client import Client

Answers = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answers]:
    server = ClusterServer(Settings(tmp_path_factory.mktemp("cluster")))
    server.start()
    yield Asking(Client(server.url, server.certificate_authority, server.admin_token)).answers(REQUESTS)
    server.stop()


def test_every_request_has_a_recorded_answer(answers: Answers) -> None:
    assert list(answers) == list(recorded())


@pytest.mark.parametrize("name", sorted(recorded().keys() - DIFFERENCES.keys()))
def test_the_answer_is_that_of_a_real_api_server(answers: Answers, name: str) -> None:
    assert answers[name] == recorded()[name]


def test_what_differs_is_told_with_its_reason_and_is_little(answers: Answers) -> None:
    assert differing(recorded(), answers) == DIFFERENCES.keys()
    assert len(DIFFERENCES) <= ALLOWED


def test_nothing_is_accepted_that_a_real_one_refuses(answers: Answers) -> None:
    assert too_kind(recorded(), answers) == set()
