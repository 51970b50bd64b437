"""`selection:` of a policy, and of the defaults."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from snapkeep_cli.config.globs import covered
from snapkeep_cli.config.strict import Strict
from snapkeep_cli.config.types import (
    LabelKey,
    LabelValue,
    NamespaceGlob,
    OperatorName,
    Size,
    StorageClass,
)


class Requirement(Strict):
    """A label requirement, as Kubernetes defines it."""

    key: LabelKey
    """The label key."""
    operator: OperatorName
    """In and NotIn compare values; NotIn and DoesNotExist also match if the key is absent."""
    values: list[LabelValue] = Field(default_factory=list)
    """The values of In and NotIn."""

    @model_validator(mode="after")
    def _values_fit_operator(self) -> Self:
        wants_values = self.operator in ("In", "NotIn")
        if wants_values and not self.values:
            raise ValueError(f"{self.operator} needs values; give at least one")
        if self.values and not wants_values:
            raise ValueError(f"{self.operator} takes no values; remove them")
        return self


class Selection(Strict):
    """Which claims the policy takes: every condition given must hold."""

    namespaces: list[NamespaceGlob] = Field(default_factory=list)
    """Namespaces, or patterns with * and ?. "*" takes all."""
    exclude_namespaces: list[NamespaceGlob] = Field(default_factory=list)
    """Namespaces to exclude although a pattern above matches."""
    match_labels: dict[LabelKey, LabelValue] = Field(default_factory=dict)
    """Labels a claim must have, with these values."""
    match_expressions: list[Requirement] = Field(default_factory=list)
    """Set-based label requirements."""
    storage_classes: list[StorageClass] = Field(default_factory=list)
    """Storage classes; any if omitted."""
    min_size: Size | None = None
    """The smallest claim to take, by the capacity of its volume, such as 1Gi."""
    max_size: Size | None = None
    """The largest claim to take, by the capacity of its volume, such as 500Gi."""
    opt_in_only: bool = False
    """Take only claims with the label `snapkeep.io/policy: <this policy>`."""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if problem := contradiction(self):
            raise ValueError(problem)
        return self


def contradiction(selection: Selection) -> str:
    """Why the selection takes no claim or is empty; "" if it makes sense."""
    conditions = selection.model_fields_set - {"opt_in_only"}
    if selection.opt_in_only and conditions:
        return f"opt_in_only takes only labelled claims; remove it or {', '.join(sorted(conditions))}"
    if not selection.opt_in_only and not conditions:
        return 'is empty; to take every claim, write namespaces: ["*"]'
    smallest, largest = selection.min_size, selection.max_size
    if smallest is not None and largest is not None and smallest > largest:
        return "min_size is more than max_size: no claim could be taken"
    if all(covered(name, selection.exclude_namespaces) for name in selection.namespaces or ["*"]):
        excluded, taken = ", ".join(selection.exclude_namespaces), ", ".join(selection.namespaces)
        return f"exclude_namespaces ({excluded}) covers {taken or 'every namespace'}: no claim could be taken"
    return ""


def merged(own: Selection | None, shared: Selection | None) -> Selection:
    """A policy's selection: its own keys, and those that only the defaults have.

    An opt-in policy takes nothing from the defaults, because only labels count for it. A policy with
    conditions of its own does not become opt-in through the defaults.
    """
    if own is None or shared is None:
        selection = own or shared
        assert selection is not None, "the checks ensure that there is one"
        return selection
    if own.opt_in_only or shared.opt_in_only:
        return own
    return shared.model_copy(update={key: getattr(own, key) for key in own.model_fields_set})
