"""What API Gateway answers by itself reads like what the function answers."""

from __future__ import annotations

import json

from snapkeep.inbound.api.problems import ProblemModel
from tests.unit.infra.template import Template

VALUES = {"$context.error.messageString": '"a \\"message\\""', "$context.requestId": "request-1"}


def test_every_answer_is_a_problem_of_ours(template: Template) -> None:
    found = template.resources("ApiGateway::GatewayResponse").values()
    assert {"THROTTLED", "ACCESS_DENIED", "DEFAULT_5XX"} <= {each["ResponseType"] for each in found}
    for response in found:
        text = response["ResponseTemplates"]["application/json"]
        for name, value in VALUES.items():
            text = text.replace(name, value)
        body = json.loads(text)
        kind = response["ResponseParameters"]["gatewayresponse.header.Content-Type"]
        assert kind == "'application/problem+json'"
        assert body["request_id"] == "request-1"
        if response["ResponseType"] != "DEFAULT_4XX":
            problem = ProblemModel(**body)
            assert str(problem.status) == response["StatusCode"]
            assert problem.fix
