"""Label requirements, equality-based and set-based, with Kubernetes' exact semantics.

https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
"""

from __future__ import annotations

from collections.abc import Mapping

from snapkeep.domain.policies import Operator, Requirement


def matches(labels: Mapping[str, str], requirement: Requirement) -> bool:
    """True when the labels meet the requirement; an absent key meets NotIn and DoesNotExist."""
    present = requirement.key in labels
    among = labels.get(requirement.key) in requirement.values
    match requirement.operator:
        case Operator.IN:
            return present and among
        case Operator.NOT_IN:
            return not (present and among)
        case Operator.EXISTS:
            return present
        case Operator.DOES_NOT_EXIST:
            return not present


def describe(requirement: Requirement) -> str:
    """The requirement as kubectl writes it: `app=web`, `tier in (a, b)`, `tier`, `!tier`."""
    key, values = requirement.key, ", ".join(requirement.values)
    match requirement.operator:
        case Operator.IN:
            return f"{key}={values}" if len(requirement.values) == 1 else f"{key} in ({values})"
        case Operator.NOT_IN:
            return f"{key}!={values}" if len(requirement.values) == 1 else f"{key} notin ({values})"
        case Operator.EXISTS:
            return key
        case Operator.DOES_NOT_EXIST:
            return f"!{key}"
