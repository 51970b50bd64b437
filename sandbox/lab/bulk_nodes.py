"""Many nodes at once, for scale tests: real EC2 spot instances, Node objects as kubelets register them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sandbox.kubernetes.store import Store, timestamp
from sandbox.lab.applying import apply
from sandbox.lab.machines import Machine, launch_one, node

AT_ONCE = 4


def bulk_nodes(store: Store, ec2: Any, count: int, cluster: str, region: str) -> dict[str, str]:
    """Add `count` spot nodes and return the instance ids by node name. `ec2` is a boto3 client."""
    first = len(store.list("nodes"))
    machines = [_machine(first + number) for number in range(count)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        ids = list(pool.map(lambda machine: launch_one(ec2, machine, cluster, region, {}), machines))
    now = timestamp(store.clock())
    for machine, instance in zip(machines, ids, strict=True):
        apply(store, {"kind": "Node", **node(machine, instance, region, now)})
    return {machine.name(region): instance for machine, instance in zip(machines, ids, strict=True)}


def _machine(number: int) -> Machine:
    return Machine(f"10.20.{number // 250}.{number % 250 + 1}", "a", "c5.large", "spot", spot=True)
