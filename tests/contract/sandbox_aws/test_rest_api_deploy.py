"""A stack with a REST API is deployed, deployed again and changed; its API keeps its id."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.deploy import DeployedStack, DeploymentError, deploy
from sandbox.launch import Sandbox

from .caller import Caller, administrator
from .gateway import explicit_api, function, method, openapi, part, problems, ref, write_assembly

RESTORES = "/clusters/myeks/restores"
Put = Callable[..., DeployedStack]


@pytest.fixture
def put(sandbox: Sandbox, tmp_path: Path, request: pytest.FixtureRequest) -> Put:
    """Deploy these resources as the test's own stack."""
    name = request.node.name.replace("_", "-")[:60]

    def stack(*resources: dict[str, Any]) -> DeployedStack:
        return deploy(write_assembly(tmp_path, *resources, stack=name), sandbox.client)[0]

    return stack


def caller(sandbox: Sandbox, stack: DeployedStack) -> Caller:
    return Caller(sandbox.invoke_url(stack.outputs["Url"]), sandbox.region, administrator())


def without_log(resources: dict[str, Any]) -> dict[str, Any]:
    """Log groups have fixed names, and each test its own stack."""
    del resources["Log"], resources["Stage"]["Properties"]["AccessLogSetting"]
    return resources


def test_a_second_deployment_of_the_same_changes_nothing(sandbox: Sandbox, put: Put) -> None:
    resources = without_log(explicit_api())

    first, second = put(resources, function()), put(resources, function())

    assert first == second
    assert caller(sandbox, second)("GET", RESTORES).status == 200


def test_an_update_reaches_the_same_url_and_what_was_removed_goes_with_the_next_deployment(
    sandbox: Sandbox, put: Put
) -> None:
    first = put(without_log(explicit_api()), function("1"), problems())
    more = {"Points": part(ref("Cluster"), "points"), "GetPoints": method(ref("Points"), "GET")}
    second = put(without_log(explicit_api(deployment="Deployment2", extra=more)), function("2"), problems())
    call = caller(sandbox, second)

    assert first.outputs == second.outputs
    assert call("GET", "/clusters/myeks/points").headers["x-release"] == ["2"]

    third = put(without_log(explicit_api(deployment="Deployment3")), function("2"))

    assert third.outputs == second.outputs
    # CloudFormation removes resources at the very end of an update: this deployment still had them.
    assert call("GET", "/clusters/myeks/points").status == 200
    put(without_log(explicit_api(deployment="Deployment4")), function("2"))
    missing = call("GET", "/clusters/myeks/points")
    assert (missing.status, missing.json) == (403, {"message": "Missing Authentication Token"})


def test_a_change_nobody_deployed_is_not_served(sandbox: Sandbox, put: Put) -> None:
    stack = put(without_log(explicit_api()), function())
    more = {"Points": part(ref("Cluster"), "points"), "GetPoints": method(ref("Points"), "GET")}
    resources = without_log(explicit_api(extra=more))
    resources["Deployment1"]["DependsOn"] = []

    put(resources, function())

    assert caller(sandbox, stack)("GET", "/clusters/myeks/points").status == 403


def test_an_openapi_body_makes_the_methods_and_a_new_one_keeps_the_id(sandbox: Sandbox, put: Put) -> None:
    first = put(openapi("/clusters"), function())
    second = put(openapi("/clusters", "/clusters/{cluster}"), function())
    call = caller(sandbox, second)

    assert first.outputs == second.outputs
    assert call("GET", "/clusters").status == 200
    assert call("GET", "/clusters/myeks").json["pathParameters"] == {"cluster": "myeks"}
    assert (
        Caller(sandbox.invoke_url(second.outputs["Url"]), sandbox.region, None)("GET", "/clusters").status
        == 403
    )


def test_an_openapi_body_keeps_what_api_gateway_reads_from_it(sandbox: Sandbox, put: Put) -> None:
    template = {"application/json": '{"detail":$context.error.messageString}'}
    extensions = {
        "x-amazon-apigateway-request-validators": {"all": {"validateRequestParameters": True}},
        "x-amazon-apigateway-request-validator": "all",
        "x-amazon-apigateway-gateway-responses": {
            "BAD_REQUEST_PARAMETERS": {"statusCode": 422, "responseTemplates": template}
        },
    }
    resources = openapi("/clusters", "/points", extensions=extensions)
    paths = resources["Api"]["Properties"]["Body"]["paths"]
    paths["/points"]["parameters"] = [{"in": "query", "name": "claim", "required": True}]
    call = caller(sandbox, put(resources, function()))

    refused = call("GET", "/points")

    assert refused.status == 422
    assert refused.json["detail"] == "Missing required request parameters: [claim]"
    assert call("GET", "/points?claim=data").status == 200
    assert call("GET", "/clusters").status == 200


def test_a_function_that_does_not_let_api_gateway_in_is_a_500(sandbox: Sandbox, put: Put) -> None:
    stack = put(without_log(explicit_api()), function(permitted=False))

    answer = caller(sandbox, stack)("GET", RESTORES)

    assert (answer.status, answer.json) == (500, {"message": "Internal server error"})


def test_an_access_log_needs_the_accounts_role(sandbox: Sandbox, put: Put) -> None:
    resources = explicit_api()
    resources["Log"]["Properties"]["LogGroupName"] = "/little/without-role"
    del resources["Account"]
    resources["Stage"]["DependsOn"] = []
    sandbox.client("apigateway").update_account(
        patchOperations=[{"op": "remove", "path": "/cloudwatchRoleArn"}]
    )

    with pytest.raises(DeploymentError, match="CloudWatch Logs role ARN must be set in account settings"):
        put(resources, function())


def test_a_removed_stack_takes_its_api_along(sandbox: Sandbox, put: Put) -> None:
    stack = put(without_log(explicit_api()), function(), problems())

    sandbox.client("cloudformation").delete_stack(StackName=stack.name)

    apis = sandbox.client("apigateway").get_rest_apis(limit=500)["items"]
    assert stack.outputs["Api"] not in [each["id"] for each in apis]


def test_an_invoke_url_is_translated_and_any_other_url_left_alone(sandbox: Sandbox) -> None:
    aws = "https://ab12.execute-api.ap-northeast-2.amazonaws.com/v1/clusters"

    assert sandbox.invoke_url(aws) == f"{sandbox.aws_url}/_aws/execute-api/ab12/v1/clusters"
    assert sandbox.invoke_url("http://127.0.0.1:1/v1") == "http://127.0.0.1:1/v1"
