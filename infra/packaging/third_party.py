"""Layers of third-party packages: those of a lock, without what none of our functions imports."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import uv

from infra.packaging.api_models import EC2_OPERATIONS, cut_endpoints, cut_model
from infra.packaging.target import Target

AWS_SERVICES = frozenset(
    {
        "autoscaling",
        "backup",
        "dynamodb",
        "ebs",
        "ec2",
        "efs",
        "eks",
        "events",
        "kms",
        "lambda",
        "s3",
        "sqs",
        "sts",
    }
)
"""The AWS services our adapters call; the API models of the other four hundred are removed."""

POWERTOOLS = "aws_lambda_powertools"
UNUSED_UTILITIES = (
    "auth_alpha",
    "batch",
    "circuit_breaker",
    "data_masking",
    "feature_flags",
    "kafka",
    "metadata",
    "parameters",
    "parser",
    "streaming",
)
"""Parts of Powertools that neither we nor its other parts import."""

UNUSED = (
    "_build.py",  # with which libfsext and libfsxfs were built
    "bin",
    "boto3/examples",
    "**/tests",
    "**/*_test.py",
    "**/__pycache__",
    "*.dist-info/INSTALLER",
    "*.dist-info/RECORD",
    "*.dist-info/REQUESTED",
    "pydantic/mypy.py",
    "pydantic/v1",  # needed only by types with __get_validators__, and nobody has such
    # The page of Swagger UI, which no function serves.
    f"{POWERTOOLS}/event_handler/openapi/swagger_ui/*.js",
    f"{POWERTOOLS}/event_handler/openapi/swagger_ui/*.css",
    *(f"{POWERTOOLS}/utilities/{name}" for name in UNUSED_UTILITIES),
)
"""Paths that none of our imports needs. Licences stay."""


def install(lock: Path, target: Target, folder: Path) -> None:
    """Install the packages of the lock for the target into the folder, then prune it.

    Every wheel is checked against its hash. Raises CalledProcessError if one is unavailable.
    """
    folder.mkdir(parents=True)
    options = (
        "--no-deps",
        "--require-hashes",
        "--only-binary",
        ":all:",
        "--link-mode",
        "copy",
        "--no-config",
    )
    place = ("--python-platform", target.platform, "--python-version", target.python_version)
    subprocess.run(
        [uv.find_uv_bin(), "pip", "install", "-q", *options, *place, "--target", folder, "-r", lock],
        check=True,
    )
    prune(folder)


def prune(folder: Path) -> None:
    """Delete the paths in UNUSED and the API models of AWS services and EC2 operations that we do not
    call."""
    for pattern in UNUSED:
        for path in sorted(folder.glob(pattern)):
            _remove(path)
    models = folder / "botocore" / "data"
    if not models.is_dir():
        return
    for service in models.glob("*/"):
        if service.is_dir() and service.name not in AWS_SERVICES:
            _remove(service)
        elif service.name == "ec2":
            cut_model(service, EC2_OPERATIONS)
    cut_endpoints(models / "endpoints.json", AWS_SERVICES)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
