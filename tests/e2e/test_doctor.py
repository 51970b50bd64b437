"""`snapkeep doctor` on a real cluster: whole, and with things broken that its own commands mend."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest

from tests.e2e.product import Product
from tests.integration.deployed import CLUSTER
from tests.integration.flows.test_doctor import CLASS, RBAC, Person, role_of, verdicts
from tests.integration.flows.test_doctor import person as _person

__all__ = ["person"]

person = _person


@pytest.fixture
def whole(product: Product) -> Iterator[None]:
    """What was broken is whole again."""
    yield
    product.apply_manifests()


def test_what_was_taken_away_is_named_and_mended_by_the_commands_told(
    product: Product, person: Person, whole: None
) -> None:
    person.enter("system:masters")
    code, sound = person.look()
    assert [finding for finding in sound if finding["verdict"] == "problem"] == []
    assert code == 6
    assert {finding["check"] for finding in sound if finding["verdict"] == "cannot tell"} == {"quota"}

    role = role_of(product, "prune")
    product.sandbox.client("eks").delete_access_entry(clusterName=CLUSTER, principalArn=role)
    product.admin.delete(f"{RBAC}/clusterroles/{quote('snapkeep:reconcile')}")
    product.admin.delete(CLASS)
    broken = person.problems()
    assert len(broken) == 3
    assert role in broken[0]["text"]
    assert "reconcile lacks" in broken[1]["text"]
    assert f"snapkeep-{CLUSTER} is missing" in broken[2]["text"]

    for finding in broken:
        person.paste(finding["fix"])
    code, mended = person.look()
    assert code == 6
    assert verdicts(mended) == verdicts(sound)
