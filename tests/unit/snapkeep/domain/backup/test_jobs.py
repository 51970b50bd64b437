"""Jobs: bounded, whole groups, and the same after travelling through the queue."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapkeep.domain.backup.jobs import JOB_SIZE, Job, job_from_json, jobs_of
from snapkeep.domain.points import Point
from tests.fakes.world import World, a_claim, a_policy


def points(**groups: str) -> list[Point]:
    claims = [a_claim(name, labels={"app": group} if group else {}) for name, group in groups.items()]
    world = World(*claims, policy=a_policy(group_label="app"))
    world.backup()
    return world.points()


@given(st.builds(Job, st.text(), st.text(), st.lists(st.text()).map(tuple), st.text()))
def test_a_job_survives_the_queue(job: Job) -> None:
    assert job_from_json(job.to_json()) == job


@pytest.mark.parametrize("body", ["", "{", "[]", "null", "1", '"run"', "{}", '{"run": "r", "points": []}'])
def test_a_body_that_is_no_job_is_refused_and_shown(body: str) -> None:
    with pytest.raises(ValueError):
        job_from_json(body)


def test_every_point_is_in_exactly_one_job() -> None:
    all_points = points(a="", b="x", c="y", d="x", e="")
    jobs = list(jobs_of(all_points))
    assert sorted(point for job in jobs for point in job.points) == sorted(point.id for point in all_points)
    assert [(job.group, len(job.points)) for job in jobs] == [("shop/x", 2), ("shop/y", 1), ("", 2)]
    assert {(job.run, job.cluster) for job in jobs} == {(all_points[0].run, "myeks")}


def test_points_alone_travel_in_bounded_jobs() -> None:
    jobs = list(jobs_of(points(**{f"c{number}": "" for number in range(2 * JOB_SIZE + 1)})))
    assert [len(job.points) for job in jobs] == [JOB_SIZE, JOB_SIZE, 1]


def test_no_points_make_no_jobs() -> None:
    assert list(jobs_of([])) == []
