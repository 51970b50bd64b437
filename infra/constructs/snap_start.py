"""SnapStart: Lambda starts a function from a snapshot of its initialised process instead of from scratch.

It works for published versions, so callers must name the alias; for Python 3.12 and later, on both
processors. https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html
"""

from __future__ import annotations

from aws_cdk import Annotations
from aws_cdk import aws_lambda as lambda_

ALIAS = "live"

MONTH = 30 * 24 * 3600
CACHED_PER_GB_SECOND = 0.0000015046
RESTORED_PER_GB = 0.0001397998
"""Dollars in us-east-1; other Regions differ little. https://aws.amazon.com/lambda/pricing/"""


def alias_of(function: lambda_.Function, memory_mib: int) -> lambda_.Alias:
    """The alias of the newest version, which synth publishes whenever code or configuration changed.

    Synth prints its cost.
    """
    alias = lambda_.Alias(function, "Live", alias_name=ALIAS, version=function.current_version)
    Annotations.of(function).add_info(cost_of(memory_mib))
    return alias


def cost_of(memory_mib: int) -> str:
    """The cost of SnapStart for a function, in words."""
    gigabytes = memory_mib / 1024
    month, starts = gigabytes * CACHED_PER_GB_SECOND * MONTH, 1000 * gigabytes * RESTORED_PER_GB
    return (
        f"SnapStart of {memory_mib} MiB costs about ${month:.2f} a month for the cached version and "
        f"${starts:.2f} for every 1,000 cold starts (prices of us-east-1)"
    )
