"""Label requirements mean what Kubernetes means by them."""

from __future__ import annotations

import pytest

from snapkeep.domain.labels import describe, matches
from snapkeep.domain.policies import Operator, Requirement

WEB = {"app": "web"}


@pytest.mark.parametrize(
    ("requirement", "web", "unlabelled"),
    [
        (Requirement("app", Operator.IN, ("web", "db")), True, False),
        (Requirement("app", Operator.IN, ("db",)), False, False),
        (Requirement("app", Operator.NOT_IN, ("web",)), False, True),
        (Requirement("app", Operator.NOT_IN, ("db",)), True, True),
        (Requirement("app", Operator.EXISTS), True, False),
        (Requirement("app", Operator.DOES_NOT_EXIST), False, True),
    ],
)
def test_an_absent_key_meets_only_the_negative_operators(
    requirement: Requirement, web: bool, unlabelled: bool
) -> None:
    assert matches(WEB, requirement) is web
    assert matches({}, requirement) is unlabelled


def test_an_empty_value_is_a_value() -> None:
    assert matches({"app": ""}, Requirement("app", Operator.EXISTS))
    assert matches({"app": ""}, Requirement("app", Operator.IN, ("",)))
    assert not matches({}, Requirement("app", Operator.IN, ("",)))


def test_requirements_read_as_kubectl_writes_them() -> None:
    written = [
        describe(Requirement("app", Operator.IN, ("web",))),
        describe(Requirement("tier", Operator.IN, ("a", "b"))),
        describe(Requirement("app", Operator.NOT_IN, ("web",))),
        describe(Requirement("tier", Operator.NOT_IN, ("a", "b"))),
        describe(Requirement("app", Operator.EXISTS)),
        describe(Requirement("app", Operator.DOES_NOT_EXIST)),
    ]
    assert written == ["app=web", "tier in (a, b)", "app!=web", "tier notin (a, b)", "app", "!app"]
