"""Names of roles fit into IAM and never meet, whatever an account runs."""

from __future__ import annotations

import itertools

import boto3
import pytest

from snapkeep_cli.config.role_names import LONGEST_NAME, role_arn, role_name, starter
from snapkeep_cli.config.stack_options import FUNCTION_NAMES

PURPOSES = [*FUNCTION_NAMES, *(starter(name) for name in FUNCTION_NAMES)]
PREFIXES = ("snapkeep", "snapkeep-start", "start", "s", "snapkeep-prune", "x" * 21)


@pytest.fixture(scope="module")
def regions() -> list[str]:
    session = boto3.Session()
    partitions = session.get_available_partitions()
    return [each for name in partitions for each in session.get_available_regions("eks", name)]


def test_the_longest_prefix_fits_in_every_region(regions: list[str]) -> None:
    names = [role_name("x" * 21, region, purpose) for region in regions for purpose in PURPOSES]

    assert len(regions) > 30
    assert max(map(len, names)) <= LONGEST_NAME


def test_no_two_deployments_of_an_account_share_a_name(regions: list[str]) -> None:
    places = list(itertools.product(PREFIXES, regions, PURPOSES))

    assert len({role_name(*place) for place in places}) == len(places)


def test_an_arn_carries_the_path_of_the_deployment() -> None:
    assert (
        role_arn("aws-cn", "111122223333", "blue", "cn-north-1", starter("finish_restores"))
        == "arn:aws-cn:iam::111122223333:role/blue/blue-cn-north-1-start-finish-restores"
    )
