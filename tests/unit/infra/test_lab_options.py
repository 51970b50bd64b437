"""What may be asked of the lab, and how a wrong wish is refused."""

from __future__ import annotations

import pytest
from aws_cdk import App

from infra.deployment_config import DeploymentConfigError
from infra.lab_options import LabOptions, from_context, from_settings
from tests.unit.infra.conftest import DEPLOYMENT

DOMAIN = {"lab": "myeks", "lab_domain": "example.com", "lab_visitors": "203.0.113.7/32"}


def test_there_is_no_lab_unless_somebody_asks() -> None:
    assert from_context(App().node, DEPLOYMENT) is None


def test_the_lab_is_a_cluster_of_the_config_in_its_region() -> None:
    options = from_context(App(context={"lab": "myeks"}).node, DEPLOYMENT)

    assert options == LabOptions(cluster="myeks", region="ap-northeast-2")
    assert options is not None
    assert options.availability_zones == ["ap-northeast-2a", "ap-northeast-2b", "ap-northeast-2c"]


def test_zones_admin_domain_and_visitors_may_be_chosen() -> None:
    admin = "arn:aws:iam::111122223333:role/Admin"
    options = from_settings({**DOMAIN, "lab_zones": "a,c,d", "lab_admin": admin}, DEPLOYMENT)

    assert options == LabOptions(
        cluster="myeks",
        region="ap-northeast-2",
        zones=("a", "c", "d"),
        admin=admin,
        domain="example.com",
        visitors="203.0.113.7/32",
    )


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"lab": "true"}, "lab: 'true' is not a cluster of snapkeep.yaml, which has myeks, second"),
        ({"lab_domain": "example.com"}, "lab_domain: only with -c lab=NAME"),
        ({"lab": "myeks", "lab_zones": "a,b"}, "lab_zones: 'a,b' must be the letters of three zones"),
        ({"lab": "myeks", "lab_zones": "a,b,b"}, "lab_zones: 'a,b,b' must be"),
        (
            {"lab": "myeks", "lab_admin": "arn:aws:sts::111122223333:assumed-role/Admin/me"},
            "lab_admin: 'arn:aws:sts::111122223333:assumed-role/Admin/me' must be the ARN of an IAM role",
        ),
        ({**DOMAIN, "lab_domain": "example"}, "lab_domain: 'example' must be a public Route 53"),
        ({**DOMAIN, "lab_visitors": "203.0.113.7/24"}, "lab_visitors: 203.0.113.7/24 has host bits set"),
        ({"lab": "myeks", "lab_domain": "example.com"}, "lab_domain and lab_visitors: only together"),
        ({"lab": "myeks", "lab_visitors": "203.0.113.0/24"}, "lab_domain and lab_visitors: only together"),
    ],
)
def test_a_wrong_wish_is_refused_with_what_is_allowed(settings: dict[str, str], words: str) -> None:
    with pytest.raises(DeploymentConfigError) as refusal:
        from_settings(settings, DEPLOYMENT)

    assert str(refusal.value).startswith(words)
