"""What follows from what the doctor could not see."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from snapkeep_cli.doctor.facts import AddOn, Controller, Unknown, Workload
from snapkeep_cli.doctor.gather import component, principal

CLOSED = Unknown("forbidden")
RENEWED = datetime(2026, 11, 24, tzinfo=UTC)
ADD_ON = AddOn("ACTIVE", "v1")
WORKLOAD = Workload("kube-system/sc", 1)


@pytest.mark.parametrize(
    ("add_on", "workloads", "renewed", "known"),
    [
        (ADD_ON, {"sc": WORKLOAD}, RENEWED, Controller(RENEWED, ADD_ON, WORKLOAD)),
        (CLOSED, {"sc": WORKLOAD}, CLOSED, Controller(workload=WORKLOAD)),
        (ADD_ON, CLOSED, CLOSED, Controller(add_on=ADD_ON)),
        (None, {}, None, Controller()),
        (None, CLOSED, None, CLOSED),
        (None, {}, CLOSED, CLOSED),
    ],
)
def test_one_sign_of_life_is_enough_and_absence_needs_all_of_them(
    add_on: Any, workloads: Any, renewed: Any, known: Any
) -> None:
    assert component(add_on, workloads, "sc", renewed) == known


def test_an_access_entry_is_made_for_the_role_of_a_session() -> None:
    assert (
        principal("arn:aws-cn:sts::111122223333:assumed-role/admin/ada")
        == "arn:aws-cn:iam::111122223333:role/admin"
    )
    assert principal("arn:aws:iam::111122223333:user/ada") == "arn:aws:iam::111122223333:user/ada"
