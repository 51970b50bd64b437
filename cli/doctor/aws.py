"""What AWS says of a cluster, of the functions deployed for it, and of the volumes behind its claims.

Each method is one look. What AWS does not tell becomes `Unknown`, with AWS' own words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from cli.doctor.facts import AccessEntry, AddOn, Caller, EksCluster, Function, Quota, Unknown, Volume

if TYPE_CHECKING:
    import boto3

T = TypeVar("T")

ABSENT = frozenset({"ResourceNotFoundException", "NotFoundException"})
VOLUMES_A_CALL = 200
"""Values that one filter takes.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVolumes.html
"""

SNAPSHOTS_PER_REGION = "L-309BACF6"
"""The quota of that name in service `ebs`, 100,000 unless it was raised.
https://docs.aws.amazon.com/ebs/latest/userguide/ebs-resource-quotas.html
"""

COUNTED = 0.8
"""The share of the quota up to which snapshots are counted: a page has 1,000 of them."""


class Aws:
    """One account and Region, with the credentials of the person who asks."""

    def __init__(self, session: boto3.Session, region: str) -> None:
        self._session: Any = session
        self._region = region
        self._clients: dict[str, Any] = {}

    def caller(self) -> Caller | Unknown:
        """Whose credentials these are."""

        def ask() -> Caller:
            found = self._client("sts").get_caller_identity()
            return Caller(found["Arn"], found["Account"])

        return told(ask, "aws configure")

    def cluster(self, name: str) -> EksCluster | Unknown | None:
        """The cluster of that name; None when there is none."""
        return told(lambda: _absent_is_none(lambda: self._describe(name)))

    def functions(self, prefix: str, names: Iterable[str]) -> Mapping[str, Function] | Unknown:
        """Those of these functions that are deployed, by name; empty when none is."""

        def ask() -> dict[str, Function]:
            found = {name: self._function(prefix, name) for name in names}
            return {name: function for name, function in found.items() if function is not None}

        return told(ask)

    def entries(self, cluster: str, roles: Mapping[str, str]) -> Mapping[str, AccessEntry | None] | Unknown:
        """The access entry of each role (ARNs by the name of their function); None for one without."""

        def ask() -> dict[str, AccessEntry | None]:
            return {
                name: _absent_is_none(partial(self._entry, cluster, role)) for name, role in roles.items()
            }

        return told(ask)

    def add_on(self, cluster: str, name: str) -> AddOn | Unknown | None:
        """An EKS add-on of the cluster; None when it is not installed as one."""

        def ask() -> AddOn:
            found = self._client("eks").describe_addon(clusterName=cluster, addonName=name)["addon"]
            return AddOn(found["status"], found.get("addonVersion", ""))

        return told(lambda: _absent_is_none(ask))

    def admitted(self, security_group: str) -> frozenset[str] | Unknown:
        """The security groups that the inbound rules of one let in on port 443."""

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

    def volumes(self, claims: Mapping[str, str]) -> tuple[Volume, ...] | Unknown:
        """The EBS volumes behind claims (`namespace/name` by volume id), in that order."""

        def ask() -> tuple[Volume, ...]:
            found: dict[str, Any] = {}
            ids = list(claims)
            for start in range(0, len(ids), VOLUMES_A_CALL):
                wanted = [{"Name": "volume-id", "Values": ids[start : start + VOLUMES_A_CALL]}]
                for page in self._client("ec2").get_paginator("describe_volumes").paginate(Filters=wanted):
                    found |= {item["VolumeId"]: item for item in page["Volumes"]}
            return tuple(_volume(id, claim, found.get(id)) for id, claim in claims.items())

        return told(ask)

    def keys(self, arns: Sequence[str]) -> Mapping[str, str | Unknown]:
        """The state of each KMS key, such as `Enabled`; `gone` for one that does not exist."""
        return {arn: self._key_state(arn) for arn in arns}

    def snapshots(self) -> Quota | Unknown:
        """How many snapshots the Region may hold, and how many of this account it holds."""

        def ask() -> Quota:
            quotas = self._client("service-quotas")
            found = quotas.get_service_quota(ServiceCode="ebs", QuotaCode=SNAPSHOTS_PER_REGION)["Quota"]
            limit = int(found["Value"])
            most = int(limit * COUNTED)
            pages = (
                self._client("ec2")
                .get_paginator("describe_snapshots")
                .paginate(OwnerIds=["self"], PaginationConfig={"PageSize": 1000})
            )
            there = islice((item for page in pages for item in page["Snapshots"]), most)
            return Quota(limit, sum(1 for _ in there), most)

        return told(ask)

    def pending(self) -> int | Unknown:
        """How many snapshots of this account are pending in the Region."""

        def ask() -> int:
            unfinished = [{"Name": "status", "Values": ["pending"]}]
            ec2 = self._client("ec2")
            pages = ec2.get_paginator("describe_snapshots").paginate(OwnerIds=["self"], Filters=unfinished)
            return sum(len(page["Snapshots"]) for page in pages)

        return told(ask)

    def _describe(self, name: str) -> EksCluster:
        found = self._client("eks").describe_cluster(name=name)["cluster"]
        network = found.get("resourcesVpcConfig", {})
        return EksCluster(
            status=found.get("status", ""),
            version=found.get("version", ""),
            # A cluster that is older than access entries does not say.
            authentication_mode=found.get("accessConfig", {}).get("authenticationMode", "CONFIG_MAP"),
            public=network.get("endpointPublicAccess", True),
            private=network.get("endpointPrivateAccess", False),
            public_cidrs=tuple(network.get("publicAccessCidrs") or ("0.0.0.0/0",)),
            vpc=network.get("vpcId", ""),
            security_group=network.get("clusterSecurityGroupId", ""),
            endpoint=found.get("endpoint", ""),
            authority=found.get("certificateAuthority", {}).get("data", ""),
        )

    def _function(self, prefix: str, name: str) -> Function | None:
        full = f"{prefix}-{name.replace('_', '-')}"

        def ask() -> Function:
            found = self._client("lambda").get_function_configuration(FunctionName=full)
            network = found.get("VpcConfig") or {}
            groups = tuple(network.get("SecurityGroupIds") or ())
            return Function(name, found["Role"], network.get("VpcId", ""), groups)

        return _absent_is_none(ask)

    def _entry(self, cluster: str, role: str) -> AccessEntry:
        eks = self._client("eks")
        found = eks.describe_access_entry(clusterName=cluster, principalArn=role)["accessEntry"]
        return AccessEntry(tuple(found.get("kubernetesGroups") or ()), found.get("type", "STANDARD"))

    def _key_state(self, arn: str) -> str | Unknown:
        def ask() -> str:
            return str(self._client("kms").describe_key(KeyId=arn)["KeyMetadata"]["KeyState"])

        state = told(lambda: _absent_is_none(ask))
        return "gone" if state is None else state

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = self._session.client(service, region_name=self._region)
        return self._clients[service]


def told(ask: Callable[[], T], fix: str = "") -> T | Unknown:
    """What AWS answers, or why it does not."""
    try:
        return ask()
    except ClientError as error:
        said = error.response.get("Error", {})
        return Unknown(f"{error.operation_name}: {said.get('Code')}: {said.get('Message')}", fix)
    except BotoCoreError as error:
        return Unknown(str(error), fix)


def _absent_is_none(ask: Callable[[], T]) -> T | None:
    try:
        return ask()
    except ClientError as error:
        if error.response["Error"]["Code"] in ABSENT:
            return None
        raise


def _lets_https_in(rule: Mapping[str, Any]) -> bool:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecurityGroupRule.html"""
    if rule["IpProtocol"] == "-1":
        return True
    return rule["IpProtocol"] == "tcp" and rule["FromPort"] <= 443 <= rule["ToPort"]


def _volume(id: str, claim: str, found: Mapping[str, Any] | None) -> Volume:
    if found is None:
        return Volume(id, claim, None)
    tags = {tag["Key"]: tag["Value"] for tag in found.get("Tags") or []}
    return Volume(id, claim, tags, found.get("KmsKeyId", ""))
