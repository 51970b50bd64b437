"""The Regions that a config may name."""

from __future__ import annotations

import botocore.session

from snapkeep_cli.config.regions import KNOWN


def test_they_are_those_in_which_the_aws_sdk_knows_eks() -> None:
    sdk = botocore.session.get_session()
    partitions = sdk.get_available_partitions()
    assert {name for each in partitions for name in sdk.get_available_regions("eks", each)} == KNOWN
