"""The stack of a small deployment, synthesized once for all tests of infra."""

from __future__ import annotations

import json
import os
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("CDK_VALIDATION", "false")
os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")

from aws_cdk import App

from infra.deployment_config import DeploymentConfig
from infra.lab_options import LabOptions
from infra.packaging.assets import Asset, Assets
from infra.stacks.lab_stack import LabStack
from infra.stacks.snapkeep_stack import SnapkeepStack
from infra.stacks.vault_stack import VaultStack
from snapkeep.domain.copies.places import Place
from snapkeep.domain.copies.rules import CopyRule
from snapkeep.domain.policies import ON_DEMAND, Cluster, Deployment, Method, Policy, Schedule, Selection
from snapkeep.domain.proof.rules import CheckRules
from snapkeep.domain.retention.deletion.locks import Lock, LockMode
from snapkeep.domain.vault.vault import Vault, VaultSource
from snapkeep_cli.config.stack_options import StackOptions, Vpc
from tests.unit.infra.template import Template

FUNCTIONS = (
    "plan_backup",
    "take_snapshots",
    "record_completion",
    "reconcile",
    "prune",
    "finish_restores",
    "write_report",
    "try_config",
    "api",
    "handle_interruption",
    "save_node",
    "release_volumes",
)

WITH_PLACES = ("copy_points", "prune_copies")
"""The functions that only a deployment with places has."""

WITH_CHECKS = ("check_points",)
"""The function that only a deployment with checks has."""

WITH_OBJECTS = ("save_objects",)
"""The function that only a deployment that saves objects has."""

WITH_ARCHIVES = ("archive_points",)
"""The function that only a deployment with a policy that archives has."""

OTHERS = ("read_files", "back_up_file_systems", "prune_file_systems", "restore_file_systems")
OPTIONAL = (*WITH_PLACES, *WITH_CHECKS, *WITH_OBJECTS, *WITH_ARCHIVES, *OTHERS)
"""All that only some deployments have; the last three those with files, and with EFS file systems."""

ONLY_IN_VAULTS = ("pull_copies", "lend_copies")
IN_VAULTS = (*ONLY_IN_VAULTS, "prune_copies", "api", "write_report")
"""Those that only a vault has, and all that it has."""

NIGHTLY = Policy(
    name="nightly",
    clusters=("myeks", "second"),
    selection=Selection(),
    schedule=Schedule(
        expression="cron(0 3 * * ? *)",
        timezone="Asia/Seoul",
        flexible_minutes=15,
        catch_up=timedelta(hours=2),
    ),
    method=Method.CSI,
    retention={"last": 7},
    lock=Lock(LockMode.GOVERNANCE, 14),
)
PAUSED = Policy(
    name="paused",
    clusters=("myeks",),
    selection=Selection(),
    schedule=Schedule(expression="rate(1 hour)", enabled=False),
    method=Method.EBS,
    retention={"last": 3},
    lock=Lock(LockMode.COMPLIANCE, 365, 24),
)
DEPLOYMENT = Deployment(
    clusters=(Cluster("myeks", "ap-northeast-2"), Cluster("second", "ap-northeast-2")),
    policies=(NIGHTLY, PAUSED),
)


def stub_assets(folder: Path, warning: str = "", *, reads: bool = False, secrets: bool = False) -> Assets:
    """Assets with next to nothing in them, so that a synth builds nothing."""
    path = folder / "stub.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("stub.py", "")
    asset = Asset(path, "0" * 64)
    layers = {"third_party": Asset(path, "1" * 64, warning), "common": asset, "deployment": asset}
    optional = {"filesystems": reads, "encryption": secrets}
    return Assets(
        layers=layers,
        handlers=dict.fromkeys((*FUNCTIONS, *OPTIONAL, *ONLY_IN_VAULTS), asset),
        optional_layers={name: asset for name, wanted in optional.items() if wanted},
    )


KEY = "arn:aws:kms:ap-northeast-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
OSAKA_KEY = "arn:aws:kms:ap-northeast-3:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
BOUNDARY = "arn:aws:iam::111122223333:policy/boundaries/workloads"
OPTIONS = StackOptions(
    kms_key=KEY,
    permissions_boundary=BOUNDARY,
    tracing=True,
    log_retention_days=365,
    reserved_concurrency={"save_node": 20, "prune": 1},
    vpc=Vpc(
        id="vpc-01234567",
        subnets=["subnet-0000000a", "subnet-0000000b"],
        cluster_security_groups={"myeks": "sg-00000001", "second": "sg-00000002"},
    ),
    runbooks="https://wiki.example.com/snapkeep",
)
"""Everything that can be asked for."""


def synthesized(
    folder: Path, options: StackOptions, warning: str = "", deployment: Deployment = DEPLOYMENT
) -> Any:
    """The cloud assembly of a deployment with these options."""
    app = App(outdir=str(folder / "cdk.out"))
    config = DeploymentConfig(deployment=deployment, region="ap-northeast-2", options=options)
    reads = bool(deployment.checks or deployment.files)
    assets = stub_assets(folder, warning, reads=reads, secrets=bool(deployment.secrets_keys))
    if deployment.vault:
        VaultStack(app, config=config, vault=deployment.vault, assets=assets)
    else:
        SnapkeepStack(app, config=config, assets=assets)
    return app.synth()


def template_of(assembly: Any) -> Template:
    """The template of the stack in an assembly."""
    return Template(json.loads(Path(assembly.get_stack_by_name("Snapkeep").template_full_path).read_text()))


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The cloud assembly of DEPLOYMENT."""
    return synthesized(tmp_path_factory.mktemp("plain"), StackOptions(), "no Python 3.13 on this machine")


@pytest.fixture(scope="session")
def template(assembly: Any) -> Template:
    """The template of the stack."""
    return template_of(assembly)


COPIED = replace(
    DEPLOYMENT,
    policies=(
        replace(
            NIGHTLY,
            copies=(CopyRule("osaka", {"daily": 14}, lock=Lock(LockMode.GOVERNANCE, 14), also=(ON_DEMAND,)),),
        ),
        PAUSED,
    ),
    places=(Place("osaka", "ap-northeast-3", OSAKA_KEY), Place("spare", "ap-northeast-3", OSAKA_KEY)),
)
"""A deployment that copies points to places."""


VAULTS = (
    Place("vault", "eu-west-1", "", account="222233334444"),
    Place("second", "ap-northeast-2", "", account="333344445555"),
)
IN_VAULT = replace(
    DEPLOYMENT, policies=(replace(NIGHTLY, copies=(CopyRule("vault", {"last": 1}),)), PAUSED), places=VAULTS
)
"""A deployment whose points are copied by vaults in other accounts, and nowhere else."""


@pytest.fixture(scope="session")
def vault_template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The template of the stack of a deployment with vaults."""
    return template_of(synthesized(tmp_path_factory.mktemp("vault"), StackOptions(), deployment=IN_VAULT))


@pytest.fixture(scope="session")
def copied_template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The template of the stack of a deployment with places."""
    return template_of(synthesized(tmp_path_factory.mktemp("copied"), StackOptions(), deployment=COPIED))


VAULT_KEY = "arn:aws:kms:ap-northeast-2:222233334444:key/1234abcd-12ab-34cd-56ef-1234567890ab"
PROD = VaultSource(
    name="prod",
    account="111122223333",
    region="ap-northeast-2",
    deployment="snapkeep",
    clusters=("myeks", "second"),
    retention={"daily": 14},
    lock=Lock(LockMode.GOVERNANCE, 14),
)
TEST = VaultSource(
    name="test",
    account="333344445555",
    region="eu-west-1",
    deployment="green",
    clusters=("lab",),
    retention={"daily": 3},
)
VAULT = Deployment(
    clusters=(),
    policies=(),
    vault=Vault("ap-northeast-2", VAULT_KEY, (PROD, TEST), lend_to=("444455556666",)),
)
"""A vault with a source in its own Region, whose copies are locked, and one elsewhere."""


@pytest.fixture(scope="session")
def vault_stack(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The template of a vault's stack."""
    return template_of(synthesized(tmp_path_factory.mktemp("in-vault"), StackOptions(), deployment=VAULT))


CHECKED = replace(DEPLOYMENT, checks=CheckRules((KEY,)))
"""A deployment whose points are looked into, encrypted ones under one key."""


@pytest.fixture(scope="session")
def checked_template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The template of the stack of a deployment with checks."""
    return template_of(synthesized(tmp_path_factory.mktemp("checked"), StackOptions(), deployment=CHECKED))


SHARED = Policy(
    name="shared",
    clusters=("myeks", "second"),
    selection=Selection(),
    schedule=Schedule(expression="cron(0 4 * * ? *)"),
    method=Method.AWS_BACKUP,
    retention={"last": 7},
)
ON_EFS = replace(DEPLOYMENT, policies=(*DEPLOYMENT.policies, SHARED))
"""A deployment that backs up EFS file systems, too."""


@pytest.fixture(scope="session")
def efs_template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The template of the stack of a deployment that backs up file systems."""
    return template_of(synthesized(tmp_path_factory.mktemp("efs"), StackOptions(), deployment=ON_EFS))


@pytest.fixture(scope="session")
def full_template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The template of the stack with every option."""
    return template_of(synthesized(tmp_path_factory.mktemp("full"), OPTIONS))


@pytest.fixture(scope="session")
def labs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Template]:
    """The lab with everything that can be asked for (`full`), and with nothing but its name (`plain`)."""
    options = {
        "full": LabOptions(
            cluster="myeks",
            region="ap-northeast-2",
            admin="arn:aws:iam::111122223333:role/Admin",
            domain="example.com",
            visitors="203.0.113.7/32",
        ),
        "plain": LabOptions(cluster="myeks", region="ap-northeast-2"),
    }
    app = App(outdir=str(tmp_path_factory.mktemp("lab.out")))
    for name, each in options.items():
        LabStack(app, name, options=each)
    assembly = app.synth()
    return {
        name: Template(json.loads(Path(assembly.get_stack_by_name(name).template_full_path).read_text()))
        for name in options
    }


@pytest.fixture(scope="session")
def lab(labs: dict[str, Template]) -> Template:
    """The template of the lab with everything that can be asked for."""
    return labs["full"]
