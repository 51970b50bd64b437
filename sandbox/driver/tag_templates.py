"""A class's `tagSpecification_N` parameters and their templates.

https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/tagging.md
https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/pkg/driver/validation.go
"""

from __future__ import annotations

import re
from collections.abc import Mapping

PREFIX = "tagSpecification_"
_FIELD = re.compile(r"{{\s*\.(\w+)\s*}}")

RESERVED_KEYS = ("CSIVolumeName", "CSIVolumeSnapshotName", "ebs.csi.aws.com/cluster-name")
RESERVED_PREFIXES = ("kubernetes.io", "ebs.csi.aws.com/")
"""Keys a class may not request: cluster-name since v1.58 of the driver, its whole prefix since v1.60."""


class TagError(ValueError):
    """A tag specification that the driver refuses, with the driver's text."""


def tags_of(parameters: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """The tags that the parameters request, templates filled from `values`. TagError on an unknown template
    field, a specification that is not `key=value`, or a reserved key."""
    specifications = [parameters[key] for key in sorted(parameters) if key.startswith(PREFIX)]
    tags = dict(_tag(each, values) for each in specifications)
    for key in tags:
        _refuse_reserved(key)
    return tags


def _refuse_reserved(key: str) -> None:
    if key in RESERVED_KEYS:
        raise TagError(f"Invalid tag value: tag key '{key}' is reserved")
    for prefix in RESERVED_PREFIXES:
        if key.startswith(prefix):
            raise TagError(f"Invalid tag value: tag key prefix '{prefix}' is reserved")


def _tag(specification: str, values: Mapping[str, str]) -> tuple[str, str]:
    key, equals, template = specification.partition("=")
    if not equals or not key:
        raise TagError(
            f"Error interpolating the tag value: tag {specification!r} is not of the form key=value"
        )

    def fill(match: re.Match[str]) -> str:
        if match[1] not in values:
            raise TagError(f"Error interpolating the tag value: can't evaluate field {match[1]}")
        return values[match[1]]

    return key, _FIELD.sub(fill, template)
