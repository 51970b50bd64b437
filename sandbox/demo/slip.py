"""A deployed config mistake: prune gets its deployment document with a different retention.

Deploying a changed snapkeep.yaml changes nothing else for prune: one small layer, published anew.
"""

from __future__ import annotations

import dataclasses
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sandbox.demo.pruning import FUNCTION
from snapkeep.domain.policies import Deployment, Policy, to_document

PACKAGE = "python/snapkeep_deployment"


@contextmanager
def deployed(
    lambdas: Any, deployment: Deployment, policy: str, retention: Mapping[str, int | str]
) -> Iterator[None]:
    """Inside the block prune uses this retention for the policy; afterwards it uses the previous one."""
    layers = [layer["Arn"] for layer in lambdas.get_function_configuration(FunctionName=FUNCTION)["Layers"]]
    changed = _with_retention(deployment, policy, retention)
    files = {f"{PACKAGE}/__init__.py": "", f"{PACKAGE}/deployment.json": json.dumps(to_document(changed))}
    published = lambdas.publish_layer_version(
        LayerName="snapkeep-demo-slip", Content={"ZipFile": _zip(files)}
    )
    slipped = [*(arn for arn in layers if not _holds_document(arn)), published["LayerVersionArn"]]
    lambdas.update_function_configuration(FunctionName=FUNCTION, Layers=slipped)
    try:
        yield
    finally:
        lambdas.update_function_configuration(FunctionName=FUNCTION, Layers=layers)


def _with_retention(deployment: Deployment, name: str, retention: Mapping[str, int | str]) -> Deployment:
    def changed(policy: Policy) -> Policy:
        return dataclasses.replace(policy, retention=retention) if policy.name == name else policy

    return dataclasses.replace(deployment, policies=tuple(map(changed, deployment.policies)))


def _holds_document(arn: str) -> bool:
    return "Deployment" in arn


def _zip(files: Mapping[str, str]) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        for name, text in files.items():
            opened.writestr(name, text)
    return archive.getvalue()
