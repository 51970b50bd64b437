"""The app: what it adds when the lab is asked for."""

from __future__ import annotations

import sys

import pytest
from aws_cdk import App

from app import add_lab
from infra.deployment_config import DeploymentConfigError
from infra.lab_options import LabOptions

OPTIONS = LabOptions(cluster="myeks", region="ap-northeast-2")


def test_the_lab_without_its_kubectl_is_refused_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "aws_cdk.lambda_layer_kubectl_v36", None)
    for name in [
        name for name in sys.modules if name.startswith(("infra.stacks.lab", "infra.constructs.lab"))
    ]:
        monkeypatch.delitem(sys.modules, name)

    with pytest.raises(DeploymentConfigError) as refusal:
        add_lab(App(), "Lab", OPTIONS)

    assert "aws_cdk.lambda_layer_kubectl_v36" in str(refusal.value)
    assert "make .venv/stamps/dev" in str(refusal.value)
