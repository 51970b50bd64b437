"""Names of VolumeSnapshots: valid, and read back to the point that they claim to be of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapkeep.domain.backup.object_names import object_name, point_of_object
from snapkeep.domain.naming import is_claim_name, point_id
from tests.fakes.world import SLOT

NONCE = "0123456789abcdef"


@given(claim=st.text(max_size=300), uid=st.text())
def test_every_point_has_a_valid_name_that_leads_back_to_it(claim: str, uid: str) -> None:
    point = point_id(claim, "myeks", uid, "nightly", SLOT)
    name = object_name(point, NONCE)
    assert name != point and is_claim_name(name)
    assert point_of_object(name) == point


def test_a_point_without_a_nonce_has_an_object_of_its_own_name() -> None:
    point = point_id("data", "myeks", "uid", "nightly", SLOT)
    assert object_name(point, "") == point == point_of_object(point)


@pytest.mark.parametrize("name", ["", "by-hand", f"by-hand-{NONCE}", "data-20261124t180000z-0123456789-0123"])
def test_what_people_named_is_no_point_of_ours(name: str) -> None:
    assert point_of_object(name) == name
