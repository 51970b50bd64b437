"""Requests and answers between a source and its vault: what one writes the other reads, and nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapkeep.domain import tags
from snapkeep.domain.copies.copies import read_source
from snapkeep.domain.copies.requests import (
    MOST_BYTES,
    MOST_REASON,
    CopyAnswer,
    CopyRequest,
    Outcome,
    answers_bus,
    read_answer,
    read_request,
    request_for,
)
from snapkeep.domain.drivers import EBS_CSI
from snapkeep.domain.errors import Invalid, UnknownVersion
from snapkeep.domain.points import Snapshot, SnapshotState
from tests.contract.ports.samples import NOW
from tests.unit.snapkeep.domain.copies.copy_samples import KEY, a_source

EVENTS = Path(__file__).parents[5] / "events"
NEWER = EVENTS / "pull_copies/wanted_newer.json"
SNAPSHOT = "snap-0aaaaaaaaaaaaaaa1"
TIMES = st.datetimes(datetime(2020, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
IDS = st.from_regex(r"snap-([0-9a-f]{8}|[0-9a-f]{17})", fullmatch=True)
NAMES = st.from_regex(r"[a-z][a-z0-9]{0,19}", fullmatch=True)
PRINTABLE = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=MOST_REASON)

SOURCE = replace(a_source(), id=SNAPSHOT, key=KEY)
REQUEST = request_for("blue", "vault", "ap-northeast-2", SOURCE, NOW)
ANSWER = CopyAnswer(
    deployment="blue",
    place="vault",
    snapshot=SNAPSHOT,
    point=REQUEST.point,
    outcome=Outcome.READY,
    region="ap-northeast-3",
    answered_at=NOW,
    copy="snap-0ccccccccccccccc1",
    kms_key=KEY,
    locked_until=NOW + timedelta(days=14),
)


def sent(document: dict[str, Any]) -> Any:
    """The document after its journey."""
    return json.loads(json.dumps(document))


def test_a_request_tells_the_vault_all_that_a_copy_needs() -> None:
    request = read_request(sent(REQUEST.to_document()))
    assert request == REQUEST
    shown = Snapshot(
        request.snapshot, "vol-1", SnapshotState.COMPLETED, SOURCE.started_at, 2**30, dict(request.tags)
    )
    read = read_source(shown)
    assert read is not None and read.claim == getattr(read_source(SOURCE), "claim", None)


def test_tags_of_drivers_and_of_other_people_do_not_travel() -> None:
    source = replace(SOURCE, tags=SOURCE.tags | {"team": "shop", tags.HOLD: "audit"} | EBS_CSI.tags("prod"))
    document = REQUEST.to_document()
    assert request_for("blue", "vault", "ap-northeast-2", source, NOW).to_document() == document
    document["tags"] |= {"team": "shop", **EBS_CSI.tags("prod"), tags.DUPLICATE: "true"}
    assert read_request(document) == REQUEST


@given(
    places=NAMES, deployments=NAMES, snapshots=IDS, sizes=st.integers(1, MOST_BYTES), at=TIMES,
    value=st.text(st.characters(exclude_categories=("C", "Z")), max_size=256),
)  # fmt: skip
def test_any_request_is_read_as_it_was_written(
    places: str, deployments: str, snapshots: str, sizes: int, at: datetime, value: str
) -> None:
    request = CopyRequest(
        deployments,
        places,
        "eu-west-1",
        snapshots,
        {**REQUEST.tags, tags.DEPLOYMENT: deployments, tags.STORAGE_CLASS: value},
        sizes,
        "",
        at,
    )
    assert read_request(sent(request.to_document())) == request


@given(
    outcome=st.sampled_from(Outcome), copy=IDS, at=TIMES, until=st.none() | TIMES, reason=PRINTABLE
)  # fmt: skip
def test_any_answer_is_read_as_it_was_written(
    outcome: Outcome, copy: str, at: datetime, until: datetime | None, reason: str
) -> None:
    answer = replace(ANSWER, outcome=outcome, copy=copy, answered_at=at, locked_until=until, reason=reason)
    assert read_answer(sent(answer.to_document())) == answer


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)


@given(st.data())
def test_a_message_with_any_spoiled_field_is_read_or_refused(data: st.DataObject) -> None:
    for read, document in ((read_request, REQUEST.to_document()), (read_answer, ANSWER.to_document())):
        name = data.draw(st.sampled_from(sorted(document)))
        try:
            read(document | {name: data.draw(ANY)})
        except Invalid as error:
            assert error.reason.isprintable() and len(error.reason) < 400


LONG = "x" * 1000
NOT_TEXT: list[Any] = [None, 7, True, [], {}, "", LONG, "a b", "a\nb", "\ud800"]
NO_TIMES = [
    *NOT_TEXT,
    "2026-11-30",
    "2026-11-30T09:00:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
]
ANOTHERS = "not those of a recovery point of green"
BAD_REQUESTS = {
    "version": ["1", None, True, 1.0],
    "deployment": [*NOT_TEXT, "Blue", "green"],
    "place": [*NOT_TEXT, "Vault", "vault-"],
    "region": [*NOT_TEXT, "seoul", "ap-northeast-2.evil.example"],
    "snapshot": [*NOT_TEXT, "vol-0aaaaaaaaaaaaaaa1", SNAPSHOT + "0", SNAPSHOT + "\n", SNAPSHOT.upper()],
    "tags": [None, [], "", {}, {tags.MANAGED: "true"}],
    "size_bytes": [None, "1", True, 0, -1, 1.5, MOST_BYTES + 1, 10**5000],
    "key": [None, 7, "alias/aws/ebs", KEY + "\n", "arn:aws:kms:x"],
    "asked_at": NO_TIMES,
}  # fmt: skip
BAD_ANSWERS = {
    "point": [*NOT_TEXT, "Point"],
    "outcome": [*NOT_TEXT, "Ready", "deleted"],
    "copy": [*NOT_TEXT, "vol-1"],
    "region": [*NOT_TEXT, "seoul"],
    "kms_key": [*NOT_TEXT, "alias/aws/ebs"],
    "locked_until": [value for value in NO_TIMES if value != ""],
    "answered_at": NO_TIMES,
    "reason": [None, 7, [], {}],
}


@pytest.mark.parametrize("field", [*BAD_REQUESTS])
def test_a_spoiled_request_is_refused(field: str) -> None:
    for value in BAD_REQUESTS[field]:
        with pytest.raises(Invalid, match=f"{field}|{ANOTHERS}"):
            read_request(REQUEST.to_document() | {field: value})


@pytest.mark.parametrize("field", [*BAD_ANSWERS])
def test_a_spoiled_answer_is_refused(field: str) -> None:
    for value in BAD_ANSWERS[field]:
        with pytest.raises(Invalid, match=field):
            read_answer(ANSWER.to_document() | {field: value})


@pytest.mark.parametrize("key", [tags.MANAGED, tags.POINT, tags.DEPLOYMENT, tags.CLAIM])
def test_a_spoiled_tag_is_refused(key: str) -> None:
    for value in (None, 7, [], "a\nb", "x" * 257, "\u202e"):
        with pytest.raises(Invalid):
            read_request(REQUEST.to_document() | {"tags": {**REQUEST.tags, key: value}})


@pytest.mark.parametrize("field", [*REQUEST.to_document()])
def test_a_request_without_a_field_is_refused(field: str) -> None:
    document = REQUEST.to_document()
    del document[field]
    with pytest.raises(Invalid):
        read_request(document)


@pytest.mark.parametrize("field", [*ANSWER.to_document()])
def test_an_answer_without_a_field_is_refused(field: str) -> None:
    document = ANSWER.to_document()
    del document[field]
    with pytest.raises(Invalid):
        read_answer(document)


@pytest.mark.parametrize("detail", [None, [], "text", 7])
def test_what_is_no_object_is_refused(detail: object) -> None:
    for read in (read_request, read_answer):
        with pytest.raises(Invalid, match="must be an object"):
            read(detail)


def test_another_version_is_told_apart_and_new_fields_are_ignored() -> None:
    for version in (0, 2, -1, 10**5000):
        with pytest.raises(UnknownVersion, match="same release"):
            read_request(REQUEST.to_document() | {"version": version})
        with pytest.raises(UnknownVersion, match="same release"):
            read_answer(ANSWER.to_document() | {"version": version})
    assert read_request(REQUEST.to_document() | {"urgent": True}) == REQUEST
    assert read_answer(ANSWER.to_document() | {"urgent": True}) == ANSWER


def test_only_a_ready_answer_names_a_copy_and_only_others_need_a_reason() -> None:
    refused = replace(ANSWER, outcome=Outcome.REFUSED, copy="", kms_key="", locked_until=None, reason="no")
    assert read_answer(sent(refused.to_document())) == refused
    for reason in ("", " \n"):
        with pytest.raises(Invalid, match="reason"):
            read_answer(refused.to_document() | {"reason": reason})


def test_a_reason_is_shown_to_people_on_one_line_and_without_control_characters() -> None:
    reason = "key \x1b[2J is\r\nclosed\u202e" + "!" * 9999
    answer = read_answer(ANSWER.to_document() | {"outcome": "failed", "reason": reason})
    assert answer.reason.startswith("key [2J is closed !") and len(answer.reason) == MOST_REASON


def test_the_bus_of_answers_is_the_deployments() -> None:
    assert answers_bus("snapkeep") == "snapkeep-answers"


@pytest.mark.parametrize(
    "path", sorted(set((EVENTS / "pull_copies").glob("wanted*.json")) - {NEWER}), ids=lambda path: path.stem
)
def test_sample_requests_are_read(path: Path) -> None:
    event = json.loads(path.read_text())
    assert (event["detail-type"], event["source"]) == ("Snapkeep Copy Wanted", "snapkeep.copies")
    assert read_request(event["detail"]).to_document() == event["detail"]


def test_the_sample_of_a_newer_release_is_refused_as_such() -> None:
    with pytest.raises(UnknownVersion):
        read_request(json.loads(NEWER.read_text())["detail"])


@pytest.mark.parametrize(
    "path", sorted((EVENTS / "copy_points").glob("answered*.json")), ids=lambda path: path.stem
)
def test_sample_answers_are_read(path: Path) -> None:
    event = json.loads(path.read_text())
    assert (event["detail-type"], event["source"]) == ("Snapkeep Copy Answered", "snapkeep.copies")
    assert read_answer(event["detail"]).to_document() == event["detail"]
