"""The options of the lab cluster, checked early; without `-c lab=NAME` there is none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network

from constructs import Node

from infra.deployment_config import DeploymentConfigError
from snapkeep.domain.policies import Deployment

SETTINGS = ("lab", "lab_zones", "lab_admin", "lab_domain", "lab_visitors")
"""The context settings of the lab: `cdk deploy -c lab=myeks -c lab_zones=a,b,c` sets some of them."""

_ZONES = re.compile(r"[a-z],[a-z],[a-z]")
_PRINCIPAL = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:(role|user)/.+")
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")


@dataclass(frozen=True, kw_only=True)
class LabOptions:
    """The requested lab.

    `cluster` and `region` come from `snapkeep.yaml`. `admin` is the ARN of the IAM role or user who may
    use kubectl. `domain` is a Route 53 zone for ExternalDNS; `visitors` is the network (CIDR) that may open
    the pages in it.
    """

    cluster: str
    region: str
    zones: tuple[str, ...] = ("a", "b", "c")
    admin: str | None = None
    domain: str | None = None
    visitors: str | None = None

    @property
    def availability_zones(self) -> list[str]:
        """The names of the three zones (`ap-northeast-2a`)."""
        return [f"{self.region}{zone}" for zone in self.zones]


def from_context(node: Node, deployment: Deployment) -> LabOptions | None:
    """The lab that the app's context requests, or None. Raises DeploymentConfigError for a wrong setting."""
    found = {name: node.try_get_context(name) for name in SETTINGS}
    return from_settings({name: str(value) for name, value in found.items() if value}, deployment)


def from_settings(settings: Mapping[str, str], deployment: Deployment) -> LabOptions | None:
    """The lab of these settings (some of SETTINGS), or None if `lab` is not among them."""
    if "lab" not in settings:
        _refuse_if(
            bool(settings), f"{', '.join(settings)}: only with -c lab=NAME, which requests the lab cluster"
        )
        return None
    cluster = _cluster(settings["lab"], deployment)
    return LabOptions(
        cluster=cluster,
        region=next(each.region for each in deployment.clusters if each.name == cluster),
        zones=_zones(settings.get("lab_zones", "a,b,c")),
        admin=_admin(settings.get("lab_admin")),
        domain=_domain(settings.get("lab_domain")),
        visitors=_visitors(settings.get("lab_visitors"), settings.get("lab_domain")),
    )


def _cluster(name: str, deployment: Deployment) -> str:
    names = [cluster.name for cluster in deployment.clusters]
    _refuse_if(
        name not in names, f"lab: {name!r} is not a cluster of snapkeep.yaml, which has {', '.join(names)}"
    )
    return name


def _zones(zones: str) -> tuple[str, ...]:
    letters = tuple(zones.split(","))
    wrong = not _ZONES.fullmatch(zones) or len(set(letters)) < len(letters)
    _refuse_if(wrong, f"lab_zones: {zones!r} must be the letters of three zones, such as a,b,c")
    return letters


def _admin(arn: str | None) -> str | None:
    wrong = arn is not None and not _PRINCIPAL.fullmatch(arn)
    _refuse_if(wrong, f"lab_admin: {arn!r} must be the ARN of an IAM role or user, not of a session")
    return arn


def _domain(domain: str | None) -> str | None:
    wrong = domain is not None and not _DOMAIN.fullmatch(domain)
    _refuse_if(wrong, f"lab_domain: {domain!r} must be a public Route 53 zone, such as example.com")
    return domain


def _visitors(network: str | None, domain: str | None) -> str | None:
    """A new WordPress makes its first visitor the administrator, so only known visitors may reach it."""
    _refuse_if(
        (network is None) != (domain is None),
        "lab_domain and lab_visitors: only together; visitors is the network that may open the lab's pages, "
        "such as 203.0.113.7/32 for your own address",
    )
    if network is not None:
        try:
            IPv4Network(network)
        except ValueError as error:
            raise DeploymentConfigError(f"lab_visitors: {error}; an example is 203.0.113.7/32") from None
    return network


def _refuse_if(wrong: bool, words: str) -> None:
    if wrong:
        raise DeploymentConfigError(words)
