"""A request is known by its point, and answered on the bus of its source, in the partition of the source."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from snapkeep.domain import tags
from snapkeep.domain.vault.asked import StoredRequest, answers_to
from tests.fakes.pulling import PROD
from tests.unit.snapkeep.domain.copies.test_requests import REQUEST

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_a_request_is_known_by_the_cluster_and_the_id_of_its_point() -> None:
    asked = StoredRequest("prod", REQUEST, AT)
    assert asked.key == (REQUEST.tags[tags.CLUSTER], REQUEST.point)


def test_a_source_takes_answers_on_its_own_bus() -> None:
    assert answers_to(PROD) == "arn:aws:events:ap-northeast-2:111122223333:event-bus/snapkeep-answers"
    china = replace(PROD, region="cn-north-1", deployment="blue")
    assert answers_to(china) == "arn:aws-cn:events:cn-north-1:111122223333:event-bus/blue-answers"
