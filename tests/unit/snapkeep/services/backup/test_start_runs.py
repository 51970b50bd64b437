"""One schedule, several clusters: each run is started, whatever happens to the others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from snapkeep.domain.errors import PermanentError, TemporaryError
from snapkeep.domain.policies import Cluster, Deployment
from snapkeep.services.backup.start_runs import StartRuns
from tests.fakes import FakeStarter
from tests.fakes.world import SLOT, a_policy

CLUSTERS = ("Prod", "prod", "a_b")
POLICY = replace(a_policy("daily"), clusters=CLUSTERS)
DEPLOYMENT = Deployment(tuple(Cluster(name, "eu-west-1") for name in (*CLUSTERS, "other")), (POLICY,))


def test_every_cluster_of_the_policy_gets_a_run_of_its_own() -> None:
    starter = FakeStarter()

    answer = StartRuns(DEPLOYMENT, starter).start("daily", SLOT)

    assert starter.started == [(cluster, "daily", SLOT) for cluster in CLUSTERS]
    assert len(set(answer.started)) == len(CLUSTERS)


def test_a_cluster_that_cannot_be_started_keeps_no_other_from_its_run() -> None:
    starter = FakeStarter()
    starter.fail_next("start_run", TemporaryError("Invoke: no answer"))

    with pytest.raises(TemporaryError) as raised:
        StartRuns(DEPLOYMENT, starter).start("daily", SLOT)

    assert raised.value.reason == "1 of 3 clusters could not be started: Prod: Invoke: no answer"
    assert [cluster for cluster, _, _ in starter.started] == ["prod", "a_b"]


def test_a_refusal_that_no_retry_mends_says_so() -> None:
    starter = FakeStarter()
    for _ in CLUSTERS:
        starter.fail_next("start_run", PermanentError("Invoke: access denied"))

    with pytest.raises(PermanentError, match=r"3 of 3 clusters .* a_b: Invoke: access denied"):
        StartRuns(DEPLOYMENT, starter).start("daily", SLOT)


def test_a_policy_that_the_config_no_longer_has_says_what_to_do() -> None:
    with pytest.raises(PermanentError, match=r"no policy 'gone' \(policies: daily\); deploy again"):
        StartRuns(DEPLOYMENT, FakeStarter()).start("gone", SLOT)
