"""Deployment settings: what may be asked for, and how a wrong wish is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.deployment_config import (
    DEFAULTS,
    DeploymentConfig,
    DeploymentConfigError,
    from_settings,
)
from tests.unit.infra.conftest import DEPLOYMENT, IN_VAULT, VAULTS

ROOT = Path(__file__).parents[3]
EXAMPLE = {**DEFAULTS, "config": str(ROOT / "snapkeep.yaml")}


def test_the_example_is_deployed_to_its_clusters_region_on_python_3_13_and_arm64() -> None:
    config = from_settings(EXAMPLE)

    assert config.region == "ap-northeast-2"
    assert (config.runtime, config.architecture) == ("python3.13", "arm64")
    assert [cluster.name for cluster in config.deployment.clusters] == ["myeks"]


def test_runtime_and_processor_can_be_chosen() -> None:
    config = from_settings({**EXAMPLE, "runtime": "python3.11", "architecture": "x86_64"})

    assert (config.runtime, config.architecture) == ("python3.11", "x86_64")


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("runtime", "python3.10", "runtime: 'python3.10' is not one of python3.11, python3.12"),
        ("architecture", "aarch64", "architecture: 'aarch64' is not one of arm64, x86_64"),
        ("prefix", "Snap Keep", "prefix: 'Snap Keep' must be 1 to 21"),
        ("snap_start", "yes", "snap_start: 'yes' is not one of off, on"),
    ],
)
def test_a_wrong_setting_is_refused_with_what_is_allowed(setting: str, value: str, words: str) -> None:
    with pytest.raises(DeploymentConfigError) as refusal:
        from_settings({**EXAMPLE, setting: value})

    assert str(refusal.value).startswith(words)


def test_snap_start_needs_a_python_that_has_it() -> None:
    assert from_settings({**EXAMPLE, "snap_start": "on"}).snap_start == "on"

    with pytest.raises(
        DeploymentConfigError, match=r"runtime \(for snap_start=on\): 'python3.11' is not one"
    ):
        from_settings({**EXAMPLE, "snap_start": "on", "runtime": "python3.11"})


def test_a_deployment_made_by_hand_has_the_same_defaults() -> None:
    config = DeploymentConfig(deployment=DEPLOYMENT, region="ap-northeast-2")

    assert (config.runtime, config.architecture, config.stack, config.prefix) == (
        DEFAULTS["runtime"],
        DEFAULTS["architecture"],
        DEFAULTS["stack"],
        DEFAULTS["prefix"],
    )


def test_a_vault_in_the_account_of_the_deployment_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CDK_DEFAULT_ACCOUNT", raising=False)
    (vault, *_) = VAULTS
    DeploymentConfig(deployment=IN_VAULT, region="ap-northeast-2", account="111122223333")
    with pytest.raises(DeploymentConfigError, match="is the account of this deployment"):
        DeploymentConfig(deployment=IN_VAULT, region="ap-northeast-2", account=vault.account)
    assert from_settings(EXAMPLE).account == ""
    monkeypatch.setenv("CDK_DEFAULT_ACCOUNT", "111122223333")
    assert from_settings(EXAMPLE).account == "111122223333"


def test_a_vault_is_deployed_to_its_region_and_only_to_the_account_of_its_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = {**EXAMPLE, "config": str(ROOT / "docs" / "vault.yaml")}
    monkeypatch.setenv("CDK_DEFAULT_ACCOUNT", "222233334444")
    config = from_settings(settings)
    assert config.region == "ap-northeast-2" and config.deployment.vault is not None
    monkeypatch.setenv("CDK_DEFAULT_ACCOUNT", "111122223333")
    with pytest.raises(DeploymentConfigError) as refusal:
        from_settings(settings)
    assert str(refusal.value) == (
        "vault.kms_key: is a key of account 222233334444, and this deployment goes to 111122223333; use the "
        "credentials of the vault's account, or a key of 111122223333"
    )
