"""Which restores are asked for: on the namespace's own route where that suffices."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from snapkeep_cli.api.client import ApiClient
from snapkeep_cli.api.transport import Answer
from snapkeep_cli.namespaces.claims import start
from snapkeep_cli.namespaces.planning import Move
from snapkeep_cli.objects.archives import Archived

RUN = "myeks.nightly.20261201T180000Z"


@dataclass
class Accepting:
    """An API that accepts everything, and remembers it."""

    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def send(self, method: str, path: str, headers: Mapping[str, str], body: str) -> Answer:
        self.asked.append((path, json.loads(body)))
        return Answer(202, {}, json.dumps({"id": "r1"}))


@pytest.mark.parametrize(
    ("cluster", "into", "path", "more"),
    [
        ("myeks", "shop", "/v1/clusters/myeks/namespaces/shop/restores", {}),
        (
            "myeks",
            "copy",
            "/v1/clusters/myeks/restores",
            {"namespace": "copy", "source_namespace": "shop"},
        ),
        ("new", "shop", "/v1/clusters/new/restores", {"namespace": "shop", "source_cluster": "myeks"}),
    ],
)
def test_a_restore_names_where_its_point_comes_from_only_if_it_is_elsewhere(
    cluster: str, into: str, path: str, more: dict[str, str]
) -> None:
    api = Accepting()
    move = Move(cluster, Archived(RUN, "shop"), into)

    assert start(ApiClient(api), move, {"data": "point-1"}) == {"data": "r1"}

    assert api.asked == [(path, {"recovery_point": "point-1", "target": "data", **more})]
