"""The `tagSpecification_N` parameters of a class and their templates.

https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/tagging.md
"""

from __future__ import annotations

import re
from collections.abc import Mapping

PREFIX = "tagSpecification_"
_FIELD = re.compile(r"{{\s*\.(\w+)\s*}}")


class TagError(ValueError):
    """A tag specification the driver refuses; the text is the driver's."""


def tags_of(parameters: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """The tags the parameters ask for, templates filled with `values`. TagError on an unknown template field
    or a specification that is not `key=value`."""
    specifications = [parameters[key] for key in sorted(parameters) if key.startswith(PREFIX)]
    return dict(_tag(each, values) for each in specifications)


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
