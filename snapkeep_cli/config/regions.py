"""The AWS Regions. A deployment serves the clusters of one Region; a misspelled name is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from snapkeep_cli.config.errors import Problem, did_you_mean

_NAMES = (
    "af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 "
    "ap-south-2 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 "
    "ap-southeast-6 ap-southeast-7 ca-central-1 ca-west-1 eu-central-1 eu-central-2 eu-north-1 "
    "eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 il-central-1 me-central-1 me-south-1 "
    "mx-central-1 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2 cn-north-1 cn-northwest-1 "
    "us-gov-east-1 us-gov-west-1 us-iso-east-1 us-iso-west-1 us-isob-east-1 us-isob-west-1 "
    "eu-isoe-west-1 us-isof-east-1 us-isof-south-1 eusc-de-east-1 "
)
KNOWN = frozenset(_NAMES.split())
"""Every Region with EKS, of all partitions; a test compares them with the AWS SDK's.
https://docs.aws.amazon.com/general/latest/gr/eks.html
"""

OWN_FILE = (
    "one deployment serves one Region. Give each Region its own file and stack: "
    "cdk deploy -c config=FILE -c stack=NAME"
)


def known_region(name: str) -> str:
    """The Region itself. Raises ValueError if AWS has no such Region."""
    if name not in KNOWN:
        hint = did_you_mean(name, KNOWN)
        raise ValueError(f"{name[:80]!r} is not an AWS Region with EKS{hint}; use one such as ap-northeast-2")
    return name


def several(clusters: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    """The clusters outside the first cluster's Region, each with what to do."""
    regions = [cluster.get("region") for cluster in clusters]
    names = [cluster.get("name") for cluster in clusters]
    for index, region in enumerate(regions):
        if not isinstance(region, str) or region == regions[0] or not {region, regions[0]} <= KNOWN:
            continue
        first = names.index(names[index])
        if first < index and names[index] is not None and regions[first] != region:
            text = f"{names[index]!r} is also a cluster in {regions[first]}; {OWN_FILE}"
            yield Problem(("clusters", index, "name"), text)
        else:
            text = f"{region!r} is not the Region of clusters[0] ({regions[0]}); {OWN_FILE}"
            yield Problem(("clusters", index, "region"), text)
