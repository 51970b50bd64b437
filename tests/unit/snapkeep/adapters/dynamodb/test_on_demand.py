"""Wishes in the journal come back as they were written."""

from __future__ import annotations

import pytest

from snapkeep.adapters.dynamodb.on_demand import request_of, request_text
from snapkeep.domain.backup.on_demand import OnDemandRequest
from snapkeep.domain.claims import ClaimName
from snapkeep.domain.policies import Method, Operator, Requirement, Selection

SELECTION = Selection(
    namespaces=("team-*",),
    exclude_namespaces=("team-x",),
    labels=(Requirement("tier", Operator.NOT_IN, ("test", "dev")),),
    storage_classes=("gp3",),
    min_bytes=2**30,
)


@pytest.mark.parametrize(
    "wish",
    [
        OnDemandRequest(
            claims=(ClaimName("shop", "data"), ClaimName("shop", "logs")), namespace="shop", caller="ann"
        ),
        OnDemandRequest(selection=SELECTION, method=Method.EBS),
        OnDemandRequest(policy="nightly"),
    ],
    ids=["claims", "selection", "policy"],
)
def test_a_wish_is_read_back_as_it_was_written(wish: OnDemandRequest) -> None:
    assert request_of(request_text(wish)) == wish
