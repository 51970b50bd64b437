"""`python app.py` as it is run, the app as the sandbox deploys it, and its zips as a function finds them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from docs import tables
from snapkeep_cli.config import json_schema
from tests.integration.synthesis import synthesize

ROOT = Path(__file__).parents[2]
ZIP = re.compile(r"\b[0-9a-f]{64}\b")

IMPORT = """
import sys
sys.path[:0] = [{task!r}, {packages!r}]
import handler
from snapkeep.deployment import load_deployment
import boto3
print(load_deployment().clusters[0].name, boto3.__file__, handler.handle.__name__)
"""


def synth(out: Path, **context: str) -> subprocess.CompletedProcess[str]:
    """Run the app with these settings."""
    settings = {
        "CDK_CONTEXT_JSON": json.dumps(context),
        "CDK_OUTDIR": str(out),
        "CDK_VALIDATION": "false",
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
    }
    return subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="session")
def for_aws(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The assembly that goes to AWS: nothing is set."""
    out = tmp_path_factory.mktemp("aws")
    done = synth(out)
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture(scope="session")
def for_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The assembly that the sandbox deploys: this machine's Python and processor."""
    return synthesize(ROOT / "snapkeep.yaml", tmp_path_factory.mktemp("sandbox"))


def template(out: Path) -> Any:
    """The template, each hash of an asset replaced by one word."""
    return json.loads(ZIP.sub("hash", (out / "Snapkeep.template.json").read_text()))


def differences(one: Any, other: Any, path: str = "") -> set[str]:
    """Paths of a document at which two versions of it differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = one.keys() | other.keys()
        return set().union(*(differences(one.get(key), other.get(key), f"{path}/{key}") for key in keys))
    return set() if one == other else {path}


def test_the_sandbox_deploys_the_app_that_goes_to_aws(for_aws: Path, for_sandbox: Path) -> None:
    differing = differences(template(for_aws), template(for_sandbox))
    fields = {path.rpartition("/")[2] for path in differing}

    assert fields <= {"Runtime", "Architectures", "CompatibleRuntimes", "CompatibleArchitectures"}


def test_both_have_their_own_code(for_aws: Path, for_sandbox: Path) -> None:
    aws = json.loads((for_aws / "Snapkeep.template.json").read_text())
    functions = [
        item["Properties"] for item in aws["Resources"].values() if item["Type"] == "AWS::Lambda::Function"
    ]

    assert {(item["Runtime"], *item["Architectures"]) for item in functions} == {("python3.13", "arm64")}
    assert all((for_aws / f"asset.{item['Code']['S3Key']}").is_file() for item in functions)


def test_every_function_imports_from_its_zip_and_layers_alone(for_sandbox: Path, tmp_path: Path) -> None:
    resources = json.loads((for_sandbox / "Snapkeep.template.json").read_text())["Resources"]
    for item in resources.values():
        if item["Type"] == "AWS::Lambda::LayerVersion":
            unzip(for_sandbox, item["Properties"]["Content"]["S3Key"], tmp_path / "opt")

    for item in resources.values():
        if item["Type"] == "AWS::Lambda::Function":
            task = tmp_path / item["Properties"]["FunctionName"]
            unzip(for_sandbox, item["Properties"]["Code"]["S3Key"], task)
            source = IMPORT.format(task=str(task), packages=str(tmp_path / "opt" / "python"))
            said = subprocess.run(
                [sys.executable, "-I", "-S", "-c", source], capture_output=True, text=True, check=False
            )
            assert said.stdout.startswith(f"myeks {tmp_path}"), said.stderr


def test_nothing_of_the_command_is_in_a_zip(for_aws: Path) -> None:
    found = set()
    for zipped in for_aws.glob("asset.*.zip"):
        with zipfile.ZipFile(zipped) as archive:
            found |= {Path(name).parts[1] for name in archive.namelist() if name.startswith("python/")}

    assert {"snapkeep", "boto3"} <= found
    assert found & {"snapkeep_cli", "infra", "sandbox", "typer", "rich"} == set()


def test_a_wrong_setting_ends_the_synth_with_one_line(tmp_path: Path) -> None:
    done = synth(tmp_path, runtime="python2.7")

    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].startswith("runtime: 'python2.7' is not one of python3.11")
    assert "Traceback" not in done.stderr


def test_a_wrong_config_ends_the_synth_with_its_problems(tmp_path: Path) -> None:
    config = tmp_path / "wrong.yaml"
    config.write_text("clusters: []\npolices: []\n")

    done = synth(tmp_path, config=str(config))

    assert done.returncode == 1
    assert "polices" in done.stderr
    assert "Traceback" not in done.stderr


def unzip(assembly: Path, key: str, folder: Path) -> None:
    """Lay an asset out as Lambda does."""
    with zipfile.ZipFile(assembly / f"asset.{key}") as archive:
        archive.extractall(folder)


def test_the_pages_about_permissions_and_settings_say_what_the_code_says(for_aws: Path) -> None:
    template = json.loads((for_aws / "Snapkeep.template.json").read_text())

    assert tables.PERMISSIONS.read_text() == tables.permissions_page(template), "run make docs"
    assert tables.SETTINGS.read_text() == tables.settings_page(json_schema()), "run make docs"


@pytest.mark.slow
def test_the_lab_passes_the_validation_of_cdk() -> None:
    done = subprocess.run(["make", "synth-lab"], cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
