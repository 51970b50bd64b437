"""The report as deployed: written by the function's own role, fetched by a person through the API."""

from __future__ import annotations

import json
import shlex
import urllib.error
import urllib.request

import pytest

from tests.integration.deployed import CLUSTER, Deployed
from tests.integration.flows.command import snapkeep

pytestmark = pytest.mark.slow

POLICY = "reported"


@pytest.fixture(scope="module")
def written(product: Deployed) -> Deployed:
    product.make_claims(POLICY, 2)
    product.backup(POLICY)
    product.until_closed(POLICY)
    answer = product.invoke("write-report", {"scheduledTime": "2026-11-24T19:00:00Z"})
    assert answer["errors"] == []
    return product


def test_the_page_that_was_written_is_what_the_command_fetches(written: Deployed) -> None:
    fetched = snapkeep(written, "report", "-o", "-")
    assert fetched.returncode == 0, fetched.stderr
    assert f"<title>{CLUSTER} · Snapkeep report</title>" in fetched.stdout
    block = fetched.stdout.partition('id="data">')[2].partition("</script>")[0]
    document = json.loads(block)
    ours = [row for row in document["claims"] if row[0] == POLICY]
    assert [(row[1], document["states"][row[2]], row[8]) for row in ours] == [
        ("bulk-0000", "protected", 1),
        ("bulk-0001", "protected", 1),
    ]


def test_without_a_link_nobody_reads_a_page(written: Deployed) -> None:
    (bucket,) = [
        name["Name"]
        for name in written.sandbox.client("s3").list_buckets()["Buckets"]
        if "report" in name["Name"]
    ]
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{written.sandbox.aws_url}/{bucket}/{CLUSTER}.html")
    assert refused.value.code == 403


def test_status_and_claims_are_told_by_the_deployed_api(written: Deployed) -> None:
    status = json.loads(snapkeep(written, "status", "-o", "json").stdout)
    policy = next(item for item in status["policies"] if item["name"] == POLICY)
    assert policy["last_run"]["state"] == "completed"
    shown = snapkeep(written, "describe", "claim", f"{POLICY}/bulk-0000")
    assert shown.returncode == 0, shown.stderr
    assert "stays" in shown.stdout and "last 1/3" in shown.stdout


def test_the_commands_that_describe_and_the_page_print_are_accepted(written: Deployed) -> None:
    shown = snapkeep(written, "describe", "claim", f"{POLICY}/bulk-0001", "-o", "json").stdout
    described = json.loads(shown)["restore"]
    assert described["trouble"] == ""
    page = snapkeep(written, "report", "-o", "-").stdout
    chunk = json.loads(page.partition('id="points-0">')[2].partition("</script>")[0])
    printed = [item[0] for item in chunk["claims"]]
    (on_page,) = [each for each in printed if "bulk-0001" in each and POLICY in shlex.split(each)]
    for command in {described["command"], on_page}:
        tried = snapkeep(written, *shlex.split(command)[1:], "--dry-run")
        assert tried.returncode == 0, tried.stderr
        assert "taken" in tried.stdout and "ago" in tried.stdout
