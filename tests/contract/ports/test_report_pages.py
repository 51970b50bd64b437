"""What report pages promise: those in memory and those in S3."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.adapters.aws.s3_reports import S3Reports
from snapkeep.ports.reports import ReportPages
from tests.contract.ports.samples import NOW
from tests.fakes.pages import MemoryPages

World = tuple[ReportPages, Callable[[str], str]]


@pytest.fixture(params=["memory", "moto"])
def world(request: pytest.FixtureRequest) -> World:
    """The port, and what reads the newest page of a cluster."""
    if request.param == "memory":
        fake = MemoryPages(lambda: NOW)
        return fake, lambda cluster: fake.all_pages[cluster][1]
    s3: Any = request.getfixturevalue("aws").client("s3")
    s3.create_bucket(Bucket="reports", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"})

    def page(cluster: str) -> str:
        body = s3.get_object(Bucket="reports", Key=f"{cluster}.html")["Body"].read()
        return gzip.decompress(body).decode()

    return S3Reports(s3, "reports", lambda: NOW), page


def test_the_newest_page_of_each_cluster_is_kept(world: World) -> None:
    pages, page = world
    pages.write("myeks", "<p>first</p>")
    pages.write("other", "<p>another</p>")
    pages.write("myeks", "<p>Grüße</p>")
    assert (page("myeks"), page("other")) == ("<p>Grüße</p>", "<p>another</p>")


def test_a_link_says_when_its_page_was_written_and_when_it_expires(world: World) -> None:
    pages, _ = world
    pages.write("myeks", "<p>first</p>")
    link = pages.link("myeks", timedelta(minutes=5))
    assert link is not None
    assert "myeks.html" in link.url and link.url.startswith("https://")
    assert link.written_at.utcoffset() == timedelta()
    assert link.expires_at == NOW + timedelta(minutes=5)


def test_without_a_page_there_is_no_link(world: World) -> None:
    pages, _ = world
    pages.write("myeks", "<p>first</p>")
    assert pages.link("other", timedelta(minutes=5)) is None
