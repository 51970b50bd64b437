"""Every function once under AWS's own runtime client, from its zips, against the deployed stack.

The sandbox runs functions with a bootstrap of its own; what only works there would be found in production.
"""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from infra.packaging.assets import Assets
from infra.packaging.build import ROOT, Builder
from infra.packaging.target import Target
from sandbox.demo import build
from tests.integration.deployed import CLUSTER, Deployed, config_of, deployed
from tests.integration.lambda_emulator import PROCESSORS, execution_environment
from tests.integration.vaults import OSAKA as VAULT_REGION
from tests.integration.vaults import deploy_vault

pytestmark = pytest.mark.slow

OSAKA = {
    "region": "ap-northeast-3",
    "kms_key": "arn:aws:kms:ap-northeast-3:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
}
OF_A_VAULT = {"pull_copies", "lend_copies"}
"""Functions that only a vault has, in an account of its own."""

FUNCTIONS = sorted(path.parent.name for path in (ROOT / "lambdas").glob("*/handler.py"))
EVENTS: dict[str, dict[str, Any]] = {
    "plan_backup": {
        "cluster": CLUSTER,
        "policy": "real",
        "scheduledTime": f"{datetime.now(UTC):%FT%H:%M:00Z}",
    },
    "prune": {"cluster": CLUSTER, "dry_run": True},
    "prune_copies": json.loads((ROOT / "events" / "prune_copies" / "dry_run.json").read_text()),
    "prune_file_systems": json.loads((ROOT / "events" / "prune_file_systems" / "dry_run.json").read_text()),
    "save_objects": json.loads((ROOT / "events" / "save_objects" / "tick.json").read_text()),
    "copy_points": json.loads((ROOT / "events" / "copy_points" / "tick.json").read_text()),
}
"""What is sent instead of the first sample in `events/`."""

MESSAGES: dict[str, dict[str, Any]] = {
    "take_snapshots": {"run": "none", "cluster": CLUSTER, "points": ["none"], "group": ""},
    "save_node": {"instance": "i-0123456789abcdef0"},
    "release_volumes": {"instance": "i-0123456789abcdef0"},
}
"""The bodies of the messages that functions behind a queue get; record_completion gets a sample."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("real-runtime")


@pytest.fixture(scope="module")
def product(folder: Path) -> Iterator[Deployed]:
    real = {
        "name": "real",
        "method": "ebs",
        "copies": [{"to": "osaka", "retention": {"last": 3}}],
        "objects": "workload",
        "secrets": {"encrypted": "arn:aws:kms:ap-northeast-2:111122223333:key/" + "0" * 36},
        "retention": {"last": 3, "monthly": 12},
        "archive_after": {"monthly": "30d"},
    }
    shared = {"name": "shared", "method": "aws-backup", "schedule": {"expression": "rate(1 day)"}}
    places = {"osaka": OSAKA}
    with deployed(folder, config_of(real, shared, places=places, checks={}, files={})) as product:
        yield product


@dataclass(frozen=True)
class Home:
    """Where a function is deployed: the clients of its account and Region, and its zips for this machine."""

    client: Callable[[str], Any]
    region: str
    assets: Assets


@pytest.fixture(scope="module")
def cluster_home(product: Deployed, folder: Path) -> Home:
    return Home(product.sandbox.client, product.sandbox.region, assets_of(folder / "snapkeep.yaml"))


@pytest.fixture(scope="module")
def vault_home(product: Deployed, folder: Path) -> Home:
    vault = deploy_vault(product.sandbox, VAULT_REGION, folder / "vault", lend_to=["333344445555"])
    return Home(vault.client, vault.region, assets_of(folder / "vault" / "vault.yaml"))


def assets_of(config: Path) -> Assets:
    runtime = f"python{sys.version_info.major}.{sys.version_info.minor}"
    target = Target(runtime, PROCESSORS[platform.machine().lower()])
    return Builder(target).assets(build.deployment_of(config))


def event_of(function: str) -> dict[str, Any]:
    if function in MESSAGES:
        return batch(MESSAGES[function])
    if function == "record_completion":
        return batch(json.loads((ROOT / "events" / function / "snapshot.json").read_text()))
    samples = sorted((ROOT / "events" / function).glob("*.json"))
    found: dict[str, Any] = EVENTS.get(function) or json.loads(samples[0].read_text())
    return found


def batch(body: dict[str, Any]) -> dict[str, Any]:
    """A batch of one message, as SQS hands it to a function."""
    sample = json.loads((ROOT / "events/take_snapshots/job.json").read_text())
    return {"Records": [{**sample["Records"][0], "body": json.dumps(body)}]}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_it_runs_under_the_real_runtime_client(
    product: Deployed, request: pytest.FixtureRequest, tmp_path: Path, function: str
) -> None:
    home: Home = request.getfixturevalue("vault_home" if function in OF_A_VAULT else "cluster_home")
    name = f"snapkeep-{function.replace('_', '-')}"
    config = home.client("lambda").get_function_configuration(FunctionName=name)
    session = home.client("sts").assume_role(RoleArn=config["Role"], RoleSessionName=name)
    keys = session["Credentials"]
    variables = {
        **config["Environment"]["Variables"],
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["SessionToken"],
        "AWS_ENDPOINT_URL": product.sandbox.aws_url,
        "AWS_REGION": home.region,
        "AWS_DEFAULT_REGION": home.region,
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(config["MemorySize"]),
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(config["Timeout"]),
    }
    code = home.assets.handlers[function].path
    wanted = {"check_points": "filesystems", "read_files": "filesystems", "save_objects": "encryption"}
    optional = [home.assets.optional_layers[wanted[function]]] if function in wanted else []
    layers = [layer.path for layer in (*home.assets.layers.values(), *optional)]

    with execution_environment(tmp_path, code, layers, config["Handler"], variables) as environment:
        answer = environment.invoke(event_of(function))

        assert not (isinstance(answer, dict) and "errorType" in answer), environment.log()
