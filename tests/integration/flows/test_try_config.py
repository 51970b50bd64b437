"""An edited config is tried against the live cluster: by the command, and by a caller of one namespace."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from snapkeep.domain import tags
from snapkeep.domain.policies import to_document
from snapkeep_cli.config import load
from tests.integration.api import Person
from tests.integration.deployed import CLUSTER, Deployed, config_of
from tests.integration.flows.command import snapkeep

POLICY = "tried"
HERE = f"/v1/clusters/{CLUSTER}/try"
IN_NAMESPACE = f"/v1/clusters/{CLUSTER}/namespaces/{POLICY}/try"


@pytest.fixture(scope="module")
def edited(product: Deployed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two points of each of two claims, and a file that keeps one and adds a policy for every namespace."""
    product.make_claims(POLICY, 2)
    for _ in range(2):
        product.backup(POLICY)
        product.until_closed(POLICY)
    config = config_of(
        {"name": POLICY, "method": "ebs", "retention": {"last": 1}},
        {"name": "everything", "method": "ebs", "selection": {"namespaces": ["*"]}},
    )
    path = tmp_path_factory.mktemp("tried") / "edited.yaml"
    path.write_text(json.dumps(config))
    return path


def body_of(file: Path) -> dict[str, Any]:
    """What the command sends of a file."""
    return {"policies": to_document(load(file))["policies"]}


def test_the_command_shows_what_an_edit_would_do_and_nothing_is_done(product: Deployed, edited: Path) -> None:
    before = {each.id for each in product.snapshots(POLICY)}
    older = {
        each.tags[tags.CLAIM]: each.id
        for each in sorted(product.snapshots(POLICY), key=lambda x: x.tags[tags.SLOT], reverse=True)
    }

    shown = snapkeep(product, "try", str(edited), "--cluster", CLUSTER, "-o", "json")

    assert shown.returncode == 0, shown.stderr
    trial = json.loads(shown.stdout)
    going = {item["snapshot_id"]: item for item in trial["deletions"] if item["policy"] == POLICY}
    assert set(going) == set(older.values())
    assert not any(item["at_once"] for item in going.values())
    change = next(item for item in trial["changed"] if item["claim"] == f"{POLICY}/bulk-0000")
    assert (change["before"], change["after"]) == ([POLICY], ["everything", POLICY])
    assert {each.id for each in product.snapshots(POLICY)} == before


def test_a_caller_of_one_namespace_tries_there_and_sees_no_other(product: Deployed, edited: Path) -> None:
    tenant = Person(product, "tenant", [f"POST/v1/clusters/{CLUSTER}/namespaces/{POLICY}/try"])
    answer = tenant.post(IN_NAMESPACE, body_of(edited))
    assert answer.status == 200, answer.body
    found = answer.json
    assert {item["namespace"] for item in found["taken"]} == {POLICY}
    assert all(item["subject"].startswith(f"{POLICY}/") for item in found["left"])
    assert {item["claim"].partition("/")[0] for item in found["deletions"] + found["changed"]} == {POLICY}
    for path in (HERE, f"/v1/clusters/{CLUSTER}/namespaces/default/try"):
        assert tenant.post(path, body_of(edited)).status == 403
