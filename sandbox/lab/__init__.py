"""The lab world of the sandbox: machines, storage and workloads, written as a user would write them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from sandbox.kubernetes.store import Store
from sandbox.lab.bulk import bulk_claims
from sandbox.lab.bulk_nodes import bulk_nodes
from sandbox.lab.seeding import CLUSTER, REGION, Lab, LabError, add_node, furnish, seed

__all__ = ["Lab", "LabError", "add_node", "bulk_claims", "bulk_nodes", "control", "furnish", "seed"]

OF_LAB = ("key", "file_system")
OF_BULK = ("size_gib", "labels", "key")
KNOWN = {"furnish", "add_node", "bulk_claims", "bulk_nodes", "namespace", *OF_LAB, *OF_BULK}


def control(
    store: Store, ec2: Any, cluster: str = CLUSTER, region: str = REGION
) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """The cluster's `lab` control. An empty order seeds the lab, under the KMS key `key` and with the file
    system of EFS `file_system` if those are given; `furnish` creates its machines and storage classes alone;
    `add_node` joins a machine like that of the named node; `bulk_claims`, `namespace`, `size_gib`, `labels`
    and `key` make that many bound claims; `bulk_nodes` adds that many spot nodes. ValueError names anything
    else."""

    def answer(order: dict[str, Any]) -> dict[str, Any]:
        if unknown := sorted(set(order) - KNOWN):
            raise ValueError(f"no such order: {', '.join(unknown)}; there are {', '.join(sorted(KNOWN))}")
        if order.get("furnish"):
            return asdict(furnish(store, ec2, cluster=cluster, region=region))
        if "add_node" in order:
            return {"node": add_node(store, ec2, order["add_node"], cluster=cluster, region=region)}
        if "bulk_nodes" in order:
            return bulk_nodes(store, ec2, order["bulk_nodes"], cluster, region)
        if "bulk_claims" not in order:
            return asdict(seed(store, ec2, cluster=cluster, region=region, **_only(OF_LAB, order)))
        options = _only(OF_BULK, order) | {"zone": f"{region}a"}
        names = bulk_claims(store, ec2, order["bulk_claims"], order.get("namespace", "bulk"), **options)
        return {"claims": len(names)}

    return answer


def _only(names: Sequence[str], order: dict[str, Any]) -> dict[str, Any]:
    return {name: order[name] for name in names if name in order}
