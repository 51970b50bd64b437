"""The data of the page: every claim at once, its points in chunks, each text once."""

from __future__ import annotations

from dataclasses import replace

from snapkeep.adapters.report_page.document import CHUNK, claims_document, point_chunks
from tests.fakes.report_samples import NOW, a_great_report, a_report


def test_a_claim_tells_its_state_age_and_number_of_points() -> None:
    document = claims_document(a_report())
    row = next(row for row in document["claims"] if row[1] == "orders-db")
    assert document["states"][row[2]] == "protected"
    assert document["at"] - row[5] == (NOW.timestamp() - row[5])
    assert row[7] == 26 * 3600 + 300
    assert row[8] == 13
    assert row[9] == "g" * 30


def test_the_last_days_of_a_claim_are_a_letter_each() -> None:
    days = {row[1]: row[9] for row in claims_document(a_report())["claims"]}
    assert days["search-index"].endswith("ggff")
    assert days["photos"] == "-" * 30


def test_the_points_of_a_claim_are_in_its_chunk_with_their_reasons() -> None:
    report = a_report()
    (chunk,) = point_chunks(report)
    number = next(n for n, claim in enumerate(report.claims) if claim.claim == "orders-db")
    command, trouble, points, files = chunk["claims"][number]
    assert command.endswith(" --cluster myeks --namespace shop --as orders-db-restored")
    assert (trouble, files) == ("", "")
    held = next(point for point in points if point[7])
    assert chunk["texts"][held[1]] == "on-demand"
    assert "held by the tag snapkeep:hold" in [chunk["texts"][text] for text in held[4]]


def test_where_files_are_read_a_claim_says_how_to_list_those_of_the_point_it_would_be_restored_from() -> None:
    report = replace(a_report(), files=True)
    (chunk,) = point_chunks(report)
    files = {claim.claim: row[3] for claim, row in zip(report.claims, chunk["claims"], strict=True)}
    (point,) = (claim.to_restore for claim in report.claims if claim.claim == "orders-db")
    assert files["orders-db"] == f"snapkeep ls {point}:/ --cluster myeks --namespace shop"
    assert files["photos"] == ""


def test_many_claims_come_in_several_chunks_and_their_texts_once() -> None:
    chunks = point_chunks(a_great_report(CHUNK + 1))
    assert [len(chunk["claims"]) for chunk in chunks] == [CHUNK, 1]
    assert len(chunks[0]["texts"]) == len(set(chunks[0]["texts"])) < 40


def test_no_command_lists_the_files_of_a_file_systems_backup() -> None:
    report = replace(a_report(), files=True)
    with_files = [replace(one, last_good_id=one.points[0].id) for one in report.claims if one.restore]
    on_efs = [
        replace(claim, points=tuple(replace(point, file_system="fs-01234567") for point in claim.points))
        for claim in with_files
    ]
    for claims, listed in ((with_files, True), (on_efs, False)):
        (chunk,) = point_chunks(replace(report, claims=tuple(claims)))
        assert {bool(claim[3]) for claim in chunk["claims"]} == {listed}
