"""The settings of one deployment, read once from context and checked early."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from snapkeep.domain.naming import DEPLOYMENT_NAMES, is_deployment_name
from snapkeep.domain.policies import USUAL_NAME, Deployment
from snapkeep_cli.config import load, load_options
from snapkeep_cli.config.stack_options import StackOptions

if TYPE_CHECKING:
    from constructs import Node

ARCHITECTURES = ("arm64", "x86_64")
RUNTIMES = tuple(f"python3.{minor}" for minor in range(11, 15))
DEFAULTS = {
    "config": "snapkeep.yaml",
    "runtime": "python3.13",
    "architecture": "arm64",
    "stack": "Snapkeep",
    "prefix": USUAL_NAME,
    "snap_start": "off",
}
"""The deployment settings: `cdk deploy -c runtime=python3.14` sets one of them."""

SNAP_START_RUNTIMES = RUNTIMES[1:]
"""https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html#snapstart-runtimes"""


class DeploymentConfigError(Exception):
    """The context describes an impossible deployment; the text names the setting and what is allowed."""


@dataclass(frozen=True, kw_only=True)
class DeploymentConfig:
    """The deployment settings. `prefix` is the deployment's name: it begins the names of functions and of
    the schedule group, and every recovery point carries it as a tag. With `snap_start` (`on` or `off`) the
    function that cordons starts from a snapshot, which costs money. `account` is that of the deployer's
    credentials, "" if that is unknown.
    """

    deployment: Deployment
    region: str
    options: StackOptions = field(default_factory=StackOptions)
    runtime: str = DEFAULTS["runtime"]
    architecture: str = DEFAULTS["architecture"]
    stack: str = DEFAULTS["stack"]
    prefix: str = DEFAULTS["prefix"]
    snap_start: str = DEFAULTS["snap_start"]
    account: str = ""

    def __post_init__(self) -> None:
        """Refuse settings that Lambda would refuse only after minutes of deployment."""
        _one_of("runtime", self.runtime, RUNTIMES)
        _one_of("architecture", self.architecture, ARCHITECTURES)
        _one_of("snap_start", self.snap_start, ("off", "on"))
        if self.snap_start == "on":
            _one_of("runtime (for snap_start=on)", self.runtime, SNAP_START_RUNTIMES)
        if not is_deployment_name(self.prefix):
            raise DeploymentConfigError(f"prefix: {self.prefix!r} must be {DEPLOYMENT_NAMES}")
        for problem in _account_problems(self.deployment, self.account):
            raise DeploymentConfigError(problem)
        object.__setattr__(self, "deployment", replace(self.deployment, name=self.prefix))


def from_context(node: Node) -> DeploymentConfig:
    """The deployment that the app's context describes.

    Raises DeploymentConfigError for a wrong setting, and what `config.load` raises for a wrong file.
    """
    return from_settings({name: str(node.try_get_context(name) or value) for name, value in DEFAULTS.items()})


def from_settings(settings: Mapping[str, str]) -> DeploymentConfig:
    """The deployment of these settings (all keys of DEFAULTS)."""
    file = Path(settings["config"])
    deployment = load(file)
    return DeploymentConfig(
        deployment=deployment,
        region=deployment.vault.region if deployment.vault else deployment.clusters[0].region,
        options=load_options(file),
        runtime=settings["runtime"],
        architecture=settings["architecture"],
        stack=settings["stack"],
        prefix=settings["prefix"],
        snap_start=settings["snap_start"],
        account=os.environ.get("CDK_DEFAULT_ACCOUNT", ""),
    )


def _account_problems(deployment: Deployment, account: str) -> Iterator[str]:
    """Why this deployment cannot be in that account ("" if unknown)."""
    if not account:
        return
    for place in deployment.places:
        if place.account == account:
            yield (
                f"places.{place.name}.account: {account} is the account of this deployment, and a vault is "
                "in another; remove account, and give kms_key and retention"
            )
    if deployment.vault and deployment.vault.account != account:
        yield (
            f"vault.kms_key: is a key of account {deployment.vault.account}, and this deployment goes to "
            f"{account}; use the credentials of the vault's account, or a key of {account}"
        )


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise DeploymentConfigError(f"{name}: {value!r} is not one of {', '.join(allowed)}")
