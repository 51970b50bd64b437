"""Pages of recovery points at six thousand of them: what each costs."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from sandbox.demo.facts import LiveSnapshot
from sandbox.demo.history import tags_at
from tests.integration.api import Person
from tests.integration.deployed import Deployed, config_of, deployed

pytestmark = pytest.mark.slow

POLICY = "many"
CLAIMS, SLOTS = 100, 60
FIGURES = Path(__file__).parents[2] / ".build" / "catalogue.json"
LIST = f"/v1/clusters/myeks/namespaces/{POLICY}/recovery-points"


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    policy = {"name": POLICY, "method": "ebs", "retention": {"last": 1000}}
    with deployed(tmp_path_factory.mktemp("many"), config_of(policy)) as product:
        product.make_claims(POLICY, CLAIMS)
        product.backup(POLICY)
        product.until_closed(POLICY, limit=240)
        fill(product, product.snapshots(POLICY))
        yield product


def fill(product: Deployed, real: Sequence[LiveSnapshot]) -> None:
    """Sixty times as many snapshots, as earlier runs would have left them, without their runs."""
    aws, ec2 = product.sandbox.aws, product.sandbox.client("ec2")
    aws.wait_idle()
    aws.settings(snapshot_events=0, functions_follow_clock=True)  # the next prune compares the catalogue
    for slot in (product.slots[POLICY] - timedelta(hours=hour + 1) for hour in range(SLOTS)):
        for one in real:
            listed = [{"Key": key, "Value": value} for key, value in tags_at(one, slot).items()]
            ec2.create_snapshot(
                VolumeId=one.volume_id, TagSpecifications=[{"ResourceType": "snapshot", "Tags": listed}]
            )
        aws.advance(timedelta(minutes=15), only="none")


def page_costs(product: Deployed, person: Person, query: str) -> tuple[dict[str, int], float, str]:
    """The AWS calls and the seconds of one page, and where the next one begins."""
    aws = product.sandbox.aws
    aws.forget_calls()
    product.cluster.traffic(reset=True)
    began = time.monotonic()
    answer = person.get(f"{LIST}?limit=100{query}")
    seconds = time.monotonic() - began
    assert answer.status == 200, answer.body
    assert product.cluster.traffic()["requests"] == []
    mine = ("dynamodb:Query", "dynamodb:GetItem", "dynamodb:BatchGetItem", "ec2:DescribeSnapshots")
    calls = {name: count for name, count in aws.calls().items() if name in mine}
    return calls, seconds, answer.json["next_cursor"] or ""


def test_a_page_costs_the_same_at_the_start_in_the_middle_and_at_the_end(product: Deployed) -> None:
    person = Person(product, "reader")
    product.prune()
    figures: list[dict[str, object]] = []
    page_costs(product, person, "")  # the function is warm now
    cursor, number = "", 0
    while True:
        calls, seconds, cursor = page_costs(product, person, f"&cursor={cursor}")
        number += 1
        assert sum(calls.values()) <= 4, (number, calls)
        if number in (1, 50) or not cursor:
            figures.append({"page": number, "calls": calls, "seconds": round(seconds, 3)})
        if not cursor:
            break
    assert number == CLAIMS * (SLOTS + 1) // 100
    narrowed, seconds, _ = page_costs(product, person, "&claim=bulk-0077")
    assert sum(narrowed.values()) <= 4
    figures.append({"page": "of one claim", "calls": narrowed, "seconds": round(seconds, 3)})
    filtered, seconds, _ = page_costs(product, person, "&state=failed")
    assert sum(filtered.values()) <= 21
    figures.append(
        {"page": "of failed ones, of which there are none", "calls": filtered, "seconds": round(seconds, 3)}
    )
    FIGURES.parent.mkdir(exist_ok=True)
    FIGURES.write_text(json.dumps(figures, indent=2) + "\n")
    for figure in figures:
        print(figure)
