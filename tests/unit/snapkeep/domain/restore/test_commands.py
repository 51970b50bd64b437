"""The command of a request asks for exactly what the request asks for."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime

from snapkeep.domain.restore.commands import restore_command, size_to_ask
from snapkeep.domain.restore.requests import Expand, RestoreRequest


def test_the_shortest_one() -> None:
    request = RestoreRequest("myeks", "shop", "data-2", point_id="data-1")
    assert restore_command(request) == (
        "snapkeep restore data-1 --cluster myeks --namespace shop --as data-2"
    )


def test_a_command_asks_for_the_largest_of_what_is_known_and_readable() -> None:
    assert size_to_ask("500Gi", "500Mi") == "500Gi"
    assert size_to_ask("10Gi", "20Gi") == "20Gi"
    assert size_to_ask("", "ten") == ""


def test_nothing_that_was_asked_for_is_left_out() -> None:
    request = RestoreRequest(
        "myeks",
        "shop",
        "data-2",
        claim="data",
        at=datetime(2026, 11, 24, 18, tzinfo=UTC),
        source_cluster="old",
        from_place="osaka",
        source_namespace="blog",
        size="10Gi",
        expand=Expand.AUTO,
        storage_class="gp3",
        zone="ap-northeast-2a",
        labels={"tier": "db", "app": "mysql"},
        strict=True,
    )
    assert restore_command(request) == (
        "snapkeep restore --claim data --at 2026-11-24T18:00:00Z --cluster myeks --namespace shop "
        "--as data-2 --from-place osaka --from-cluster old --from-namespace blog --size 10Gi --class gp3 "
        "--zone ap-northeast-2a --expand auto --label app=mysql --label tier=db --strict"
    )


def test_what_a_shell_would_read_is_quoted() -> None:
    request = RestoreRequest("myeks", "shop", "$(reboot)", point_id="a b")
    assert shlex.split(restore_command(request))[2:] == [
        "a b",
        "--cluster",
        "myeks",
        "--namespace",
        "shop",
        "--as",
        "$(reboot)",
    ]
