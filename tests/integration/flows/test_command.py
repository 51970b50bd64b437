"""The `snapkeep` command against the deployed API: found by the stack's output, signed, ended with a code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from sandbox.kubernetes.control import ClusterControl
from snapkeep.domain import tags
from tests.integration.deployed import CLUSTER, Deployed
from tests.integration.flows.command import on_screen, snapkeep

POLICY = "commanded"


@pytest.fixture(scope="module")
def point(product: Deployed) -> str:
    product.make_claims(POLICY, 1)
    product.backup(POLICY)
    product.until_closed(POLICY)
    (snapshot,) = product.snapshots(POLICY)
    return str(snapshot.tags[tags.POINT])


def test_a_person_lists_is_refused_and_restores(product: Deployed, point: str) -> None:
    listed = snapkeep(product, "get", "points", "-n", POLICY, "-o", "json")
    assert listed.returncode == 0, listed.stderr
    assert [item["id"] for item in json.loads(listed.stdout)["recovery_points"]] == [point]

    refused = snapkeep(product, "restore", point, "-n", POLICY, "--as", "back", "--size", "512Mi")
    assert refused.returncode == 3
    assert "512Mi" in refused.stderr and "--size 1Gi" in refused.stderr

    done = snapkeep(product, "restore", point, "-n", POLICY, "--as", "back", "--wait")
    assert done.returncode == 0, done.stderr
    assert "waiting_for_consumer" in done.stdout


@pytest.mark.parametrize("columns", [60, 80, 120, 200])
def test_a_real_terminal_shows_names_states_and_ids_whole(
    product: Deployed, point: str, columns: int
) -> None:
    listed = on_screen(product, columns, "get", "points", "-n", POLICY).split()
    (snapshot,) = product.snapshots(POLICY)
    assert {POLICY, snapshot.tags[tags.CLAIM], "ready", point} <= set(listed)

    covered = on_screen(product, columns, "coverage", "-n", POLICY)
    assert {POLICY, snapshot.tags[tags.CLAIM], "protected"} <= set(covered.split())
    assert [line for line in covered.splitlines() if len(line) > columns] == []


@pytest.fixture
def out_of_order(product: Deployed) -> Iterator[ClusterControl]:
    """The cluster's API server, mended at the end."""
    yield product.cluster
    product.cluster.clear()


def test_an_api_server_that_hangs_is_answered_for_from_memory(
    product: Deployed, point: str, out_of_order: ClusterControl
) -> None:
    (snapshot,) = product.snapshots(POLICY)
    claim = snapshot.tags[tags.CLAIM]
    assert snapkeep(product, "get", "clusters").returncode == 0  # the function has started
    out_of_order.set_unreachable("hang")
    typed = (
        ("status",),
        ("coverage", "-n", POLICY),
        ("describe", "claim", f"{POLICY}/{claim}"),
        ("describe", "point", point),
        ("restore", point, "-n", POLICY, "--as", "later", "--dry-run"),
    )
    with ThreadPoolExecutor(len(typed)) as together:  # each waits 8 seconds or more for the silent server
        ended = list(together.map(lambda words: snapkeep(product, *words), typed))
    status, covered, described, shown, refused = ended
    for each in ended:
        assert f"the Kubernetes API of {CLUSTER} did not answer" in each.stdout + each.stderr
    assert [each.returncode for each in ended] == [0, 0, 0, 0, 3]
    assert " protected" in status.stdout
    assert {claim, "protected"} <= set(covered.stdout.split())
    for each in (described, shown):
        assert f"snapkeep restore {point}" in each.stdout
    assert "error[cluster_unreachable]" in refused.stderr


def test_an_api_server_that_answers_byte_by_byte_counts_as_silent(
    product: Deployed, point: str, out_of_order: ClusterControl
) -> None:
    """The whole answer would take many minutes, the gateway waits for half a one."""
    out_of_order.arm("drip", "list", "persistentvolumeclaims", seconds=1, times=2)
    covered = snapkeep(product, "coverage", "-n", POLICY)
    assert covered.returncode == 0, covered.stderr
    assert "did not answer: its answer took too long" in covered.stderr
    assert "protected" in covered.stdout.split()


def test_somebody_without_rights_is_told_so(product: Deployed) -> None:
    wrong = snapkeep(product, "get", "clusters", AWS_SECRET_ACCESS_KEY="wrong")
    assert wrong.returncode == 5
    assert "error[unauthenticated]:" in wrong.stderr and "fix:" in wrong.stderr


def test_an_address_that_does_not_answer_is_unavailable(product: Deployed) -> None:
    nobody = snapkeep(product, "get", "clusters", SNAPKEEP_API_URL="http://127.0.0.1:9")
    assert nobody.returncode == 6
    assert "does not answer" in nobody.stderr
