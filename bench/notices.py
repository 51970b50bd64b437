"""Many spot notices at once: from the event's time until the Kubernetes API shows the cordon.

The whole product is deployed into the sandbox, with roles enforced, and everything shares this machine:
functions, EC2 and the other services, the Kubernetes API. AWS would start as many workers as there are
notices; on two cores the sandbox runs `workers` functions at once and queues the rest. Cold: no
worker exists when the burst begins. A notice is cheap if `cpu_ms` is: the function's own CPU for one.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import mean, quantiles
from typing import Any

from bench.cordon_watch import CordonWatch
from bench.figures import Figure
from tests.integration.deployed import Deployed, config_of, deployed

BURSTS = {1: (15.0, 0.3), 50: (15.0, 15.0), 500: (100.0, 100.0)}
"""Simultaneous notices, and their P99 limits in seconds on two idle cores, cold and warm."""
FUNCTION = "snapkeep-handle-interruption"
PATIENCE = 600.0
NODES_AT_ONCE = 50


def figures() -> Iterator[Figure]:
    """1, 50 and 500 notices, each burst with its own nodes, cold and then warm."""
    config = config_of({"name": "nothing"})
    with tempfile.TemporaryDirectory() as folder, deployed(Path(folder), config) as product:
        workers = product.sandbox.aws.state()["workers"]
        print(f"workers of the sandbox: {workers}; further notices wait", file=sys.stderr)
        for count, (cold, warm) in BURSTS.items():
            yield burst(product, count, cold=True, limit=cold)
            yield burst(product, count, cold=False, limit=warm)


def burst(product: Deployed, count: int, *, cold: bool, limit: float) -> Figure:
    """The cost of `count` notices, sent as fast as possible; afterwards everything is idle again."""
    aws = product.sandbox.aws
    instances, others = nodes(product, count), nodes(product, aws.state()["workers"])
    # Every worker gets a notice: then all are warm, and Lambda's first-deployment work is done.
    cordon(product, others)
    aws.wait_idle(PATIENCE)
    if cold:
        aws.stop_workers()
    aws.forget_calls()
    aws.forget_functions()
    product.cluster.traffic(reset=True)
    waits = cordon(product, instances)
    aws.wait_idle(PATIENCE)
    return Figure(
        f"{count:,} {'cold' if cold else 'warm'}",
        {
            "not_cordoned": count - len(waits),
            "p50_s": percentile(waits, 50),
            "p99_s": percentile(waits, 99),
            **function_figures(product),
            "throttled": throttled(product),
        },
        {"not_cordoned": 0, "p99_s": limit},
        calls(product),
    )


def nodes(product: Deployed, count: int) -> dict[str, str]:
    """This many new nodes: instance id by name; returns once everything is idle."""
    made: dict[str, str] = {}
    for begin in range(0, count, NODES_AT_ONCE):
        made |= product.cluster.call("lab", {"bulk_nodes": min(NODES_AT_ONCE, count - begin)})
    product.sandbox.aws.wait_idle(PATIENCE)
    return made


def cordon(product: Deployed, instances: Mapping[str, str]) -> list[float]:
    """Send a notice for each; returns the seconds from the first until the cluster showed each cordon."""
    watch = CordonWatch(product.cluster, len(instances))
    began = time.time()
    for instance in instances.values():
        send_notice(product, instance)
    seen = watch.wait(PATIENCE)
    return [seen[name] - began for name in instances if name in seen]


def send_notice(product: Deployed, instance: str) -> None:
    """The event for a spot instance that will be terminated in two minutes."""
    product.sandbox.aws.put_event(
        "aws.ec2",
        "EC2 Spot Instance Interruption Warning",
        {"instance-id": instance, "instance-action": "terminate"},
        resources=[f"arn:aws:ec2:ap-northeast-2a:instance/{instance}"],
    )


def function_figures(product: Deployed) -> dict[str, float]:
    """CPU of handle_interruption for one notice in ms, its cold start included, and how many there were."""
    usage = product.sandbox.aws.functions()[FUNCTION]
    cpu = sum(usage.cpu_ms) + sum(usage.init_cpu_ms)
    return {
        "cpu_ms": round(cpu / usage.invocations),
        "cold_starts": usage.cold_starts,
        "cold_start_cpu_ms": round(mean(usage.init_cpu_ms)) if usage.init_cpu_ms else 0,
        "errors": usage.errors,
    }


def calls(product: Deployed) -> dict[str, float]:
    """Calls of all functions by kind until everything was at rest: the cordons and what came after."""
    found: dict[str, float] = dict(sorted(product.sandbox.aws.calls().items()))
    for row in requests(product):
        kind = f"kubernetes:{row['verb']} {row['resource']}"
        found[kind] = found.get(kind, 0) + row["count"]
    return found


def throttled(product: Deployed) -> int:
    """Requests that the Kubernetes API throttled."""
    return sum(row["count"] for row in requests(product) if row["code"] == 429)


def requests(product: Deployed) -> list[dict[str, Any]]:
    """Our functions' requests to the Kubernetes API."""
    rows: list[dict[str, Any]] = product.cluster.traffic()["requests"]
    return [row for row in rows if "snapkeep" in row["user"]]


def percentile(waits: list[float], which: int) -> float:
    """That percentile, in seconds; for a single wait, the wait itself."""
    if len(waits) < 2:
        return round(sum(waits), 3)
    return round(quantiles(waits, n=100, method="inclusive")[which - 1], 3)
