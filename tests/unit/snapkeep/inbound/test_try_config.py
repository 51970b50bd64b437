"""The message that the API sends to try_config."""

from __future__ import annotations

import json

import pytest

from snapkeep.domain.policies import to_document
from snapkeep.domain.report.trials import TrialRequest
from snapkeep.inbound.errors import MalformedMessage
from snapkeep.inbound.try_config import trial_request
from tests.fakes.world import World

DEPLOYMENT = World().deployment
MESSAGE = {"cluster": "myeks", "namespace": "shop", "only": ["a"], "deployment": to_document(DEPLOYMENT)}


def test_a_message_is_a_request() -> None:
    wanted = TrialRequest("myeks", DEPLOYMENT, "shop", ("a",))
    assert trial_request(json.loads(json.dumps(MESSAGE))) == wanted


@pytest.mark.parametrize("change", [{"deployment": {}}, {"deployment": 7}, {"only": 7}, {"deployment": None}])
def test_anything_else_is_malformed(change: dict[str, object]) -> None:
    with pytest.raises(MalformedMessage, match="no request to try policies"):
        trial_request(MESSAGE | change)
    with pytest.raises(MalformedMessage):
        trial_request({})
