"""The lab's machines: EC2 instances with a boot volume each, and the nodes a kubelet would register."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Machine:
    """One node: its zone letter, address and EC2 type, and what sets it apart."""

    address: str
    zone: str
    type: str
    group: str
    spot: bool = False
    arch: str = "amd64"
    labels: dict[str, str] = field(default_factory=dict)

    def name(self, region: str) -> str:
        """The node name that EKS assigns."""
        return f"ip-{self.address.replace('.', '-')}.{region}.compute.internal"


MACHINES = (
    Machine("192.168.1.10", "a", "m5.large", "on-demand"),
    Machine("192.168.2.10", "b", "m5.large", "on-demand"),
    Machine("192.168.3.10", "c", "m5.large", "on-demand"),
    Machine("192.168.2.20", "b", "t4g.medium", "graviton", arch="arm64", labels={"family": "graviton"}),
    Machine("192.168.1.30", "a", "c5.large", "spot", spot=True),
    Machine("192.168.1.31", "a", "c5.large", "spot", spot=True),
    Machine("192.168.3.40", "c", "c5d.large", "instance-store", labels={"disk": "nvme"}),
)


def launch(ec2: Any, cluster: str, region: str) -> dict[str, str]:
    """Start the missing instances and return instance ids by node name. `ec2` is a boto3 client."""
    known = _running(ec2, cluster)
    subnets = _subnets(ec2)
    for machine in MACHINES:
        name = machine.name(region)
        if name not in known:
            known[name] = launch_one(ec2, machine, cluster, region, subnets)
    return known


def launch_another(ec2: Any, cluster: str, region: str, like: str) -> tuple[Machine, str]:
    """Launch a machine like the node `like`, as its node group would; return it and its instance id.

    ValueError if no machine in the lab has that node.
    """
    known = next((each for each in MACHINES if each.name(region) == like), None)
    if known is None:
        raise ValueError(f"no machine of the lab is node {like}")
    prefix = known.address.rsplit(".", 1)[0]
    taken = {each["PrivateIpAddress"] for each in _instances(ec2, cluster)}
    address = next(f"{prefix}.{last}" for last in range(100, 250) if f"{prefix}.{last}" not in taken)
    machine = replace(known, address=address)
    return machine, launch_one(ec2, machine, cluster, region, _subnets(ec2))


def _subnets(ec2: Any) -> dict[str, str]:
    """One subnet per zone, by zone."""
    return {each["AvailabilityZone"]: each["SubnetId"] for each in ec2.describe_subnets()["Subnets"]}


def _running(ec2: Any, cluster: str) -> dict[str, str]:
    return {
        tag["Value"]: instance["InstanceId"]
        for instance in _instances(ec2, cluster)
        for tag in instance["Tags"]
        if tag["Key"] == "Name"
    }


def _instances(ec2: Any, cluster: str) -> list[Any]:
    found = ec2.describe_instances(
        Filters=[
            {"Name": "tag:eks:cluster-name", "Values": [cluster]},
            {"Name": "instance-state-name", "Values": ["pending", "running"]},
        ]
    )
    return [each for reservation in found["Reservations"] for each in reservation["Instances"]]


def launch_one(ec2: Any, machine: Machine, cluster: str, region: str, subnets: dict[str, str]) -> str:
    """The id of a new instance; `subnets` are subnet ids by Availability Zone."""
    zone = f"{region}{machine.zone}"
    tags = {
        "Name": machine.name(region),
        f"kubernetes.io/cluster/{cluster}": "owned",
        "eks:cluster-name": cluster,
        "eks:nodegroup-name": machine.group,
    }
    arguments: dict[str, Any] = {
        "ImageId": "ami-0123456789abcdef0",
        "InstanceType": machine.type,
        "MinCount": 1,
        "MaxCount": 1,
        "PrivateIpAddress": machine.address,
        "Placement": {"AvailabilityZone": zone},
        "TagSpecifications": [
            {"ResourceType": "instance", "Tags": [{"Key": key, "Value": tags[key]} for key in tags]}
        ],
    }
    if zone in subnets:
        arguments["SubnetId"] = subnets[zone]
    if machine.spot:
        arguments["InstanceMarketOptions"] = {"MarketType": "spot"}
    return str(ec2.run_instances(**arguments)["Instances"][0]["InstanceId"])


def node(machine: Machine, instance_id: str, region: str, now: str) -> Object:
    """The Node object, Ready since `now`."""
    return {
        "metadata": {
            "name": machine.name(region),
            "labels": _labels(machine, region),
            "annotations": {"volumes.kubernetes.io/controller-managed-attach-detach": "true"},
        },
        "spec": {"providerID": f"aws:///{region}{machine.zone}/{instance_id}"},
        "status": _status(machine, region, now),
    }


def _labels(machine: Machine, region: str) -> dict[str, str]:
    zone = f"{region}{machine.zone}"
    return {
        "eks.amazonaws.com/capacityType": "SPOT" if machine.spot else "ON_DEMAND",
        "eks.amazonaws.com/nodegroup": machine.group,
        "kubernetes.io/arch": machine.arch,
        "kubernetes.io/hostname": machine.name(region),
        "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": machine.type,
        "topology.ebs.csi.aws.com/zone": zone,
        "topology.kubernetes.io/region": region,
        "topology.kubernetes.io/zone": zone,
        **machine.labels,
    }


def _status(machine: Machine, region: str, now: str) -> Object:
    name = machine.name(region)
    ready = {
        "type": "Ready",
        "status": "True",
        "reason": "KubeletReady",
        "message": "kubelet is posting ready status",
        "lastHeartbeatTime": now,
        "lastTransitionTime": now,
    }
    addresses = {"InternalIP": machine.address, "Hostname": name, "InternalDNS": name}
    return {
        "addresses": [{"type": kind, "address": addresses[kind]} for kind in addresses],
        "allocatable": {"cpu": "2", "memory": "7Gi", "pods": "29"},
        "capacity": {"cpu": "2", "memory": "8Gi", "pods": "29"},
        "conditions": [ready],
        "nodeInfo": {
            "architecture": machine.arch,
            "kubeletVersion": "v1.36.2-eks-sandbox",
            "operatingSystem": "linux",
            "osImage": "Amazon Linux 2023",
        },
    }


def csi_node(machine: Machine, instance_id: str, region: str) -> Object:
    """The CSINode object: the drivers registered on the node; EBS with the instance id."""
    name = machine.name(region)
    keys = ["kubernetes.io/os", "topology.ebs.csi.aws.com/zone", "topology.kubernetes.io/zone"]
    return {
        "metadata": {"name": name},
        "spec": {
            "drivers": [
                {
                    "name": "ebs.csi.aws.com",
                    "nodeID": instance_id,
                    "topologyKeys": keys,
                    "allocatable": {"count": 25},
                },
                {"name": "efs.csi.aws.com", "nodeID": instance_id, "topologyKeys": None},
                {"name": "s3.csi.aws.com", "nodeID": name, "topologyKeys": None},
            ]
        },
    }
