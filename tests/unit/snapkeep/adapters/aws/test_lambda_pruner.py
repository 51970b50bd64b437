"""Asking the prune function: its report becomes a plan, its insides stay inside."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from snapkeep.adapters.aws.lambda_pruner import LambdaPruner
from snapkeep.domain.errors import PermanentError, TemporaryError, TookTooLong
from snapkeep.inbound.prune import prune_request
from tests.fakes.world import SLOT, World, a_claim, a_policy


class Lambda:
    """A Lambda with a fixed answer."""

    def __init__(self, answer: Any = None, error: str = "", trouble: Exception | None = None) -> None:
        self.answer, self.error, self.trouble = answer, error, trouble
        self.requests: list[dict[str, Any]] = []

    def invoke(self, **request: Any) -> dict[str, Any]:
        self.requests.append(request)
        if self.trouble:
            raise self.trouble
        found = {"Payload": io.BytesIO(json.dumps(self.answer).encode())}
        return found | ({"FunctionError": self.error} if self.error else {})


def pruner(client: Any) -> LambdaPruner:
    return LambdaPruner(client, "snapkeep-prune")


def test_the_report_of_the_function_becomes_a_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    from snapkeep.wiring import runtime

    world = World(a_claim("data"), policy=a_policy(retention={"last": 1}))
    for hour in range(6):
        world.back_up(SLOT + timedelta(hours=hour))
    report = runtime.log_report({"clusters": [world.prune(dry_run=True)]})
    client = Lambda(report)
    plan = pruner(client).rehearse("myeks")
    assert (plan.deleting, plan.keeping, plan.refused) == (0, 6, "")
    (refusal,) = plan.refusals
    assert (refusal.token, refusal.count, len(refusal.names)) == (world.token(), 5, 5)
    assert refusal.since == world.clock()
    assert prune_request(json.loads(client.requests[0]["Payload"])).dry_run


def test_nobody_waits_for_a_prune() -> None:
    client = Lambda()
    pruner(client).prune("myeks", "0" * 16)
    (request,) = client.requests
    assert request["InvocationType"] == "Event"
    asked = prune_request(json.loads(request["Payload"]))
    assert (asked.cluster, asked.confirm, asked.dry_run) == ("myeks", "0" * 16, False)


def test_a_function_that_fails_tells_callers_nothing_of_its_insides() -> None:
    client = Lambda({"errorMessage": "a secret", "stackTrace": ["line 1"]}, error="Unhandled")
    with pytest.raises(TemporaryError, match="its log says why") as found:
        pruner(client).rehearse("myeks")
    assert "secret" not in found.value.reason


def test_a_plan_that_takes_too_long_says_how_to_get_it_otherwise() -> None:
    client = Lambda(trouble=ReadTimeoutError(endpoint_url="lambda"))
    with pytest.raises(TookTooLong, match="invoke function snapkeep-prune with"):
        pruner(client).rehearse("myeks")


@pytest.mark.parametrize("answer", [None, {}, {"clusters": []}, {"clusters": [{"cluster": "myeks"}]}])
def test_an_answer_of_another_version_is_told(answer: Any) -> None:
    with pytest.raises(PermanentError, match="another version"):
        pruner(Lambda(answer)).rehearse("myeks")
