"""The shared bucket when many take from it at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from snapkeep.adapters.dynamodb import DynamoPacer
from snapkeep.domain.policies import Pace
from tests.contract.ports.samples import NOW, TABLE, later
from tests.unit.snapkeep.adapters.dynamodb.aws_table import CountingClient

PACE = Pace(per_second=2.5, burst=50, pending=80)


class CrowdedClient(CountingClient):
    """Before each of the next writes somebody else takes one token."""

    crowd = 0

    def update_item(self, **request: Any) -> Any:
        self.calls["update_item"] += 1
        if self.crowd:
            self.crowd -= 1
            a_pacer(self.client).take(1, NOW)
        return self.client.update_item(**request)


def a_pacer(client: Any, pauses: list[float] | None = None) -> DynamoPacer:
    sleep = (lambda _: None) if pauses is None else pauses.append
    return DynamoPacer(client, TABLE, "ap-northeast-2/CreateSnapshot", PACE, sleep)


@pytest.fixture
def crowded(client: CountingClient) -> CrowdedClient:
    a_pacer(client.client).take(1, NOW)
    return CrowdedClient(client.client)


def test_a_block_for_a_job_costs_one_read_and_one_write(crowded: CrowdedClient) -> None:
    assert a_pacer(crowded).take(10, NOW) == 10
    assert crowded.calls == {"get_item": 1, "update_item": 1}


def test_whoever_was_overtaken_looks_again_and_gets_what_is_left(crowded: CrowdedClient) -> None:
    crowded.crowd = 3
    pauses: list[float] = []
    assert a_pacer(crowded, pauses).take(50, NOW) == 46
    assert len(pauses) == 3


def test_whoever_is_always_overtaken_gets_nothing_now(crowded: CrowdedClient) -> None:
    crowded.crowd = 99
    assert a_pacer(crowded).take(10, NOW) == 0


def test_an_empty_bucket_is_not_written(crowded: CrowdedClient) -> None:
    a_pacer(crowded).take(49, NOW)
    crowded.calls.clear()
    assert a_pacer(crowded).take(10, NOW) == 0
    assert crowded.calls == {"get_item": 1}


def test_fractions_of_tokens_are_not_lost(crowded: CrowdedClient) -> None:
    a_pacer(crowded).take(49, NOW)
    for step in range(1, 5):
        a_pacer(crowded).take(1, later(seconds=step / 10))
    assert a_pacer(crowded).wait(1, later(seconds=0.4)) == timedelta(seconds=0.4)
