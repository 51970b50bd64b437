"""What AWS says about the caller, a cluster, and the functions deployed for it.

Each method asks once. What AWS does not reveal becomes `Unknown`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from snapkeep_cli.config.cluster_access import serving_parameter
from snapkeep_cli.doctor.asking import Clients, absent_is_none, told
from snapkeep_cli.doctor.facts import AccessEntry, AddOn, Caller, EksCluster, Function, Unknown


class Aws:
    """One account and Region."""

    def __init__(self, client: Clients) -> None:
        self._client = client

    def caller(self) -> Caller | Unknown:
        """Whose credentials these are."""

        def ask() -> Caller:
            found = self._client("sts").get_caller_identity()
            return Caller(found["Arn"], found["Account"])

        return told(ask, "aws configure")

    def cluster(self, name: str) -> EksCluster | Unknown | None:
        """The cluster of that name; None if there is none."""
        return told(lambda: absent_is_none(lambda: self._describe(name)))

    def functions(self, prefix: str, names: Iterable[str]) -> Mapping[str, Function] | Unknown:
        """Which of these functions are deployed, by name; empty if there are none."""

        def ask() -> dict[str, Function]:
            found = {name: self._function(prefix, name) for name in names}
            return {name: function for name, function in found.items() if function is not None}

        return told(ask)

    def entries(self, cluster: str, roles: Mapping[str, str]) -> Mapping[str, AccessEntry | None] | Unknown:
        """The access entry of each role (ARNs by function name); None for a role without one."""

        def ask() -> dict[str, AccessEntry | None]:
            return {name: absent_is_none(partial(self._entry, cluster, role)) for name, role in roles.items()}

        return told(ask)

    def served_by(self, cluster: str) -> str | Unknown | None:
        """The name of the deployment that serves the cluster; None if none does, or an older one without a
        name."""

        def ask() -> str:
            found = self._client("ssm").get_parameter(Name=serving_parameter(cluster))
            return str(found["Parameter"]["Value"])

        return told(lambda: absent_is_none(ask))

    def add_on(self, cluster: str, name: str) -> AddOn | Unknown | None:
        """An EKS add-on of the cluster; None if it is not installed as an add-on."""

        def ask() -> AddOn:
            found = self._client("eks").describe_addon(clusterName=cluster, addonName=name)["addon"]
            return AddOn(found["status"], found.get("addonVersion", ""))

        return told(lambda: absent_is_none(ask))

    def admitted(self, security_group: str) -> frozenset[str] | Unknown:
        """The security groups that this group's inbound rules let in on port 443."""

        def ask() -> frozenset[str]:
            wanted = [{"Name": "group-id", "Values": [security_group]}]
            pages = (
                self._client("ec2").get_paginator("describe_security_group_rules").paginate(Filters=wanted)
            )
            rules = [rule for page in pages for rule in page["SecurityGroupRules"]]
            return frozenset(
                rule["ReferencedGroupInfo"]["GroupId"]
                for rule in rules
                if not rule["IsEgress"] and "ReferencedGroupInfo" in rule and _lets_https_in(rule)
            )

        return told(ask)

    def _describe(self, name: str) -> EksCluster:
        found = self._client("eks").describe_cluster(name=name)["cluster"]
        network = found.get("resourcesVpcConfig", {})
        return EksCluster(
            status=found.get("status", ""),
            version=found.get("version", ""),
            # Clusters older than access entries omit this.
            authentication_mode=found.get("accessConfig", {}).get("authenticationMode", "CONFIG_MAP"),
            public=network.get("endpointPublicAccess", True),
            private=network.get("endpointPrivateAccess", False),
            public_cidrs=tuple(network.get("publicAccessCidrs") or ("0.0.0.0/0",)),
            vpc=network.get("vpcId", ""),
            security_group=network.get("clusterSecurityGroupId", ""),
            endpoint=found.get("endpoint", ""),
            authority=found.get("certificateAuthority", {}).get("data", ""),
            auto_storage=bool(found.get("storageConfig", {}).get("blockStorage", {}).get("enabled")),
        )

    def _function(self, prefix: str, name: str) -> Function | None:
        full = f"{prefix}-{name.replace('_', '-')}"

        def ask() -> Function:
            found = self._client("lambda").get_function_configuration(FunctionName=full)
            network = found.get("VpcConfig") or {}
            groups = tuple(network.get("SecurityGroupIds") or ())
            return Function(name, found["Role"], network.get("VpcId", ""), groups)

        return absent_is_none(ask)

    def _entry(self, cluster: str, role: str) -> AccessEntry:
        eks = self._client("eks")
        found = eks.describe_access_entry(clusterName=cluster, principalArn=role)["accessEntry"]
        return AccessEntry(tuple(found.get("kubernetesGroups") or ()), found.get("type", "STANDARD"))


def _lets_https_in(rule: Mapping[str, Any]) -> bool:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecurityGroupRule.html"""
    if rule["IpProtocol"] == "-1":
        return True
    return bool(rule["IpProtocol"] == "tcp" and rule["FromPort"] <= 443 <= rule["ToPort"])
