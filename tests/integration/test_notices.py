"""Spot notices in the deployed product: what one costs, and many at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench.notices import burst, cordon, nodes, requests
from tests.integration.deployed import Deployed, config_of, deployed

pytestmark = pytest.mark.slow

PATIENT = 300.0
"""Seconds: what is fast enough is for `make bench` to say, on a machine that does nothing else."""


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    with deployed(tmp_path_factory.mktemp("notices"), config_of({"name": "nothing"})) as product:
        yield product


@pytest.fixture
def nothing_is_saved(product: Deployed) -> Iterator[None]:
    """handle_interruption alone: what it sends to save_node stays in the queue."""
    lambdas = product.sandbox.client("lambda")
    (mapping,) = lambdas.list_event_source_mappings(FunctionName="snapkeep-save-node")["EventSourceMappings"]
    lambdas.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    yield
    lambdas.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)


@pytest.mark.usefixtures("nothing_is_saved")
def test_a_warm_notice_costs_one_ec2_call_and_two_kubernetes_calls_until_the_cordon(
    product: Deployed,
) -> None:
    cordon(product, nodes(product, 1))  # connects, signs in
    one_more = nodes(product, 1)
    product.sandbox.aws.forget_calls()
    product.cluster.traffic(reset=True)

    cordon(product, one_more)
    product.sandbox.aws.wait_idle()

    calls = product.sandbox.aws.calls()
    assert {name: count for name, count in calls.items() if name.startswith(("ec2:", "eks:", "sts:"))} == {
        "ec2:DescribeInstances": 1
    }
    asked = {(row["verb"], row["resource"]): row["count"] for row in requests(product)}
    assert asked.pop(("create", "events")) == 1  # once the cordon is journaled
    assert asked == {("get", "nodes"): 1, ("patch", "nodes"): 1}


@pytest.mark.parametrize("cold", [True, False], ids=["cold", "warm"])
def test_every_node_of_a_burst_is_cordoned_without_an_error(product: Deployed, cold: bool) -> None:
    workers = product.sandbox.aws.state()["workers"]

    figure = burst(product, 3 * workers, cold=cold, limit=PATIENT)

    assert figure.excesses() == []
    assert (figure.values["errors"], figure.values["throttled"]) == (0, 0)
    assert 0 < figure.values["p50_s"] <= figure.values["p99_s"]
    assert figure.details["kubernetes:patch nodes"] == 3 * workers
    if cold:
        assert figure.values["cold_starts"] == workers
