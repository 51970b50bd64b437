"""Kubernetes manifests as YAML files next to this module, with `${names}` that a deployment fills in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from aws_cdk import aws_eks_v2 as eks
from constructs import Construct

Manifest = dict[str, Any]

FOLDER = Path(__file__).with_name("manifests")
_NAME = re.compile(r"\$\{(\w+)\}")


def apply(scope: Construct, name: str, *, cluster: eks.ICluster, **values: str) -> eks.KubernetesManifest:
    """`manifests/<name>.yaml`, applied to the cluster with `values` filled in (they may be CDK tokens)."""
    return eks.KubernetesManifest(scope, name, cluster=cluster, manifest=load(name, **values))


def load(name: str, **values: str) -> list[Manifest]:
    """The objects of `manifests/<name>.yaml`; KeyError names a `${name}` without a value.

    Values are put into the parsed text, never into YAML, so that no value can change the structure.
    """
    documents = yaml.safe_load_all((FOLDER / f"{name}.yaml").read_text())
    return [_filled(document, values) for document in documents]


def _filled(value: Any, values: dict[str, str]) -> Any:
    match value:
        case str():
            return _NAME.sub(lambda found: values[found[1]], value)
        case dict():
            return {key: _filled(item, values) for key, item in value.items()}
        case list():
            return [_filled(item, values) for item in value]
    return value
