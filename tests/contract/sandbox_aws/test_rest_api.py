"""A REST API's stage answers as API Gateway does: who may call, what the function sees, what refusals say."""

import base64
import json
from typing import Any

import pytest
from botocore.credentials import Credentials

from sandbox.deploy import DeployedStack, deploy
from sandbox.launch import Sandbox

from .caller import Caller, administrator
from .conftest import eventually
from .gateway import explicit_api, function, problems, write_assembly
from .rest_api import As, a_user
from .stack import allow

RESTORES = "/clusters/myeks/restores"


@pytest.fixture(scope="module")
def stack(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> DeployedStack:
    folder = write_assembly(tmp_path_factory.mktemp("cdk"), explicit_api(), function(), problems())
    return deploy(folder, sandbox.client)[0]


@pytest.fixture(scope="module")
def url(sandbox: Sandbox, stack: DeployedStack) -> str:
    return sandbox.invoke_url(stack.outputs["Url"])


@pytest.fixture(scope="module")
def call(sandbox: Sandbox, url: str) -> Caller:
    """The administrator, who may call everything."""
    return Caller(url, sandbox.region, administrator())


@pytest.fixture
def user(sandbox: Sandbox, url: str) -> As:
    return a_user(sandbox, url)


def invoke_on(sandbox: Sandbox, stack: DeployedStack, path: str) -> dict[str, Any]:
    prefix = f"arn:aws:execute-api:{sandbox.region}:{sandbox.account}:{stack.outputs['Api']}"
    return allow("execute-api:Invoke", f"{prefix}/v1/{path}")


def test_the_event_has_the_shape_of_a_rest_api(sandbox: Sandbox, stack: DeployedStack, call: Caller) -> None:
    headers = {"Idempotency-Key": "k1", "User-Agent": "snapkeep/1", "Content-Type": "application/json"}
    answer = call(
        "POST", f"{RESTORES}?state=ready&state=failed&claim=a%2Fb%20c", {"sleep": 0}, headers=headers
    )

    event = answer.json
    assert sorted(event) == [
        "body",
        "headers",
        "httpMethod",
        "isBase64Encoded",
        "multiValueHeaders",
        "multiValueQueryStringParameters",
        "path",
        "pathParameters",
        "queryStringParameters",
        "requestContext",
        "resource",
        "stageVariables",
    ]
    assert (event["httpMethod"], event["resource"]) == ("POST", "/clusters/{cluster}/restores")
    assert (event["path"], event["pathParameters"]) == (RESTORES, {"cluster": "myeks"})
    assert event["queryStringParameters"] == {"state": "failed", "claim": "a/b c"}
    assert event["multiValueQueryStringParameters"] == {"state": ["ready", "failed"], "claim": ["a/b c"]}
    assert (event["body"], event["isBase64Encoded"]) == ('{"sleep": 0}', False)
    assert event["headers"]["Idempotency-Key"] == "k1"
    assert event["multiValueHeaders"]["Idempotency-Key"] == ["k1"]
    assert event["headers"]["X-Forwarded-For"] == "127.0.0.1"
    assert "Authorization" not in event["headers"], "the signature stays with API Gateway"

    context, api = event["requestContext"], stack.outputs["Api"]
    assert {
        key: context[key] for key in ("accountId", "apiId", "stage", "path", "protocol", "resourcePath")
    } == {
        "accountId": sandbox.account,
        "apiId": api,
        "stage": "v1",
        "path": f"/v1{RESTORES}",
        "protocol": "HTTP/1.1",
        "resourcePath": "/clusters/{cluster}/restores",
    }
    assert context["domainName"] == f"{api}.execute-api.{sandbox.region}.amazonaws.com"
    assert context["deploymentId"] == stack.resources["Deployment1"]
    assert answer.headers["x-amzn-requestid"] == [context["requestId"]]
    assert "authorizer" not in context, "IAM is no authorizer"


def test_the_function_learns_who_calls(sandbox: Sandbox, stack: DeployedStack, user: As) -> None:
    caller = user(invoke_on(sandbox, stack, "*"))

    identity = caller("GET", RESTORES, headers={"User-Agent": "snapkeep/1"}).json["requestContext"][
        "identity"
    ]

    assert identity["userArn"].startswith(f"arn:aws:iam::{sandbox.account}:user/caller-")
    assert identity["accountId"] == sandbox.account
    assert identity["caller"] == identity["user"] != ""
    assert identity["caller"].startswith("AIDA") and identity["accessKey"].startswith("AKIA")
    assert (identity["sourceIp"], identity["userAgent"]) == ("127.0.0.1", "snapkeep/1")
    assert identity["cognitoIdentityId"] is None and identity["principalOrgId"] is None


def test_an_assumed_role_is_named_with_its_session(sandbox: Sandbox, stack: DeployedStack, url: str) -> None:
    iam, sts = sandbox.client("iam"), sandbox.client("sts")
    trust = {
        "Version": "2012-10-17",
        "Statement": [{**allow("sts:AssumeRole", "*"), "Principal": {"AWS": "*"}}],
    }
    trust["Statement"][0].pop("Resource")  # type: ignore[attr-defined]
    role = iam.create_role(RoleName="restorer", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    policy = {"Version": "2012-10-17", "Statement": [invoke_on(sandbox, stack, "*")]}
    iam.put_role_policy(RoleName="restorer", PolicyName="p", PolicyDocument=json.dumps(policy))
    session = sts.assume_role(RoleArn=role, RoleSessionName="ada")["Credentials"]
    keys = Credentials(session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"])

    identity = Caller(url, sandbox.region, keys)("GET", RESTORES).json["requestContext"]["identity"]

    assert identity["userArn"] == f"arn:aws:sts::{sandbox.account}:assumed-role/restorer/ada"
    assert identity["caller"].endswith(":ada")


def test_an_encoded_path_is_routed_and_passed_on_as_it_was_sent(call: Caller) -> None:
    event = call("GET", "/clusters/a%2Fb%20%C3%A9/restores").json

    assert event["path"] == "/clusters/a%2Fb%20%C3%A9/restores"
    assert event["pathParameters"] == {"cluster": "a%2Fb%20%C3%A9"}


def test_binary_types_come_as_base64(call: Caller) -> None:
    event = call("GET", RESTORES, b"\x89PNG", headers={"Content-Type": "image/png"}).json

    assert (base64.b64decode(event["body"]), event["isBase64Encoded"]) == (b"\x89PNG", True)


def test_the_functions_answer_arrives_whole(call: Caller) -> None:
    wanted = {"statusCode": 202, "headers": {"Location": "/v1/x"}, "body": '{"id": 1}'}

    answer = call("POST", RESTORES, {"answer": wanted})

    assert (answer.status, answer.body, answer.headers["location"]) == (202, b'{"id": 1}', ["/v1/x"])
    assert call("GET", RESTORES).headers["set-cookie"] == ["a=1", "b=2"]


def test_a_call_without_a_signature_is_refused_before_the_function(sandbox: Sandbox, url: str) -> None:
    answer = Caller(url, sandbox.region, None)("GET", RESTORES)

    assert (answer.status, answer.json["detail"]) == (404, "Missing Authentication Token")
    assert answer.headers["x-amzn-errortype"] == ["MissingAuthenticationTokenException"]
    assert answer.headers["content-type"] == ["application/problem+json"]


@pytest.mark.parametrize("path", ["/nothing", "/clusters", "/clusters/a/restores/deeper"])
def test_a_path_without_a_method_is_told_like_a_missing_signature(user: As, path: str) -> None:
    answer = user()("GET", path)

    assert answer.json["detail"] == "Missing Authentication Token"


def test_an_unknown_stage_is_forbidden(sandbox: Sandbox, url: str) -> None:
    answer = Caller(url.replace("/v1", "/v2"), sandbox.region, administrator())("GET", RESTORES)

    assert (answer.status, answer.json) == (403, {"message": "Forbidden"})


@pytest.mark.parametrize(
    ("signing", "sending", "text"),
    [
        ({"secret": "wrong"}, {}, "The request signature we calculated does not match"),
        ({}, {"spoil": True}, "Signature expired: 20200101T000000Z"),
        ({}, {"service": "ec2"}, "Credential should be scoped to correct service: 'execute-api'."),
        ({"region": "us-east-1"}, {}, "Credential should be scoped to a valid region."),
    ],
)
def test_a_signature_that_does_not_fit_is_refused(
    user: As, signing: dict[str, Any], sending: dict[str, Any], text: str
) -> None:
    answer = user(**signing)("GET", RESTORES, **sending)

    assert (answer.status, answer.headers["x-amzn-errortype"]) == (403, ["InvalidSignatureException"])
    assert answer.json["message"].startswith(text)


def test_an_unknown_key_and_another_scheme_are_refused(sandbox: Sandbox, url: str) -> None:
    stranger = Caller(url, sandbox.region, Credentials("AKIAXXXXXXXXXXXXXXXX", "x"))("GET", RESTORES)
    bearer = Caller(url, sandbox.region, None)("GET", RESTORES, headers={"Authorization": "Bearer x"})

    assert stranger.json == {"message": "The security token included in the request is invalid."}
    assert stranger.headers["x-amzn-errortype"] == ["UnrecognizedClientException"]
    assert (bearer.status, bearer.headers["x-amzn-errortype"]) == (403, ["IncompleteSignatureException"])


def test_iam_decides_by_method_and_path(sandbox: Sandbox, stack: DeployedStack, user: As) -> None:
    caller = user(invoke_on(sandbox, stack, "GET/clusters/myeks/*"))

    assert caller("GET", RESTORES).status == 200
    refused = caller("POST", RESTORES, {})
    assert caller("GET", "/clusters/other/restores").status == 403
    assert refused.status == 403
    assert refused.headers["x-amzn-errortype"] == ["AccessDeniedException"]
    assert (
        "is not authorized to perform: execute-api:Invoke on resource: "
        f"arn:aws:execute-api:{sandbox.region}:********{sandbox.account[-4:]}:{stack.outputs['Api']}"
        f"/v1/POST{RESTORES} because no identity-based policy allows the execute-api:Invoke action"
    ) in refused.json["detail"]
    assert refused.json["instance"] == refused.headers["x-amzn-requestid"][0]


def test_a_body_that_breaks_the_model_is_refused_by_api_gateway(call: Caller) -> None:
    answer = call("POST", RESTORES, "[1]")

    assert (answer.status, answer.headers["x-amzn-errortype"]) == (400, ["BadRequestException"])
    assert answer.json["message"] == "Invalid request body"


def test_a_path_too_long_to_authorize_is_414(call: Caller) -> None:
    answer = call("GET", f"/clusters/{'x' * 1600}/restores")

    assert (answer.status, answer.json) == (414, {"message": "Request URI too long"})


def test_a_body_of_more_than_ten_megabytes_is_413(call: Caller) -> None:
    answer = call("POST", RESTORES, "x" * (10 * 1024 * 1024 + 1))

    assert (answer.status, answer.json["code"]) == (413, "request_too_large")
    assert answer.json["detail"] == "HTTP content length exceeded 10485760 bytes."


def test_a_body_that_lambda_does_not_take_is_413_as_well(call: Caller) -> None:
    answer = call("GET", RESTORES, "x" * (7 * 1024 * 1024))

    assert (answer.status, answer.json["detail"]) == (413, "Request Too Long")


def test_a_method_called_too_often_is_429(call: Caller) -> None:
    statuses = [call("GET", "/clusters/myeks").status for _ in range(2)]
    throttled = call("GET", "/clusters/myeks")

    assert (statuses, throttled.status) == ([200, 200], 429)
    assert throttled.headers["x-amzn-errortype"] == ["TooManyRequestsException"]
    assert (throttled.json["code"], throttled.json["detail"]) == ("throttled", "Too Many Requests")
    assert call("GET", RESTORES).status == 200, "other methods have their own allowance"


@pytest.mark.parametrize(
    "order",
    [
        {"raise": True},
        {"answer": "text"},
        {"answer": None},
        {"answer": {"body": "no status"}},
        {"answer": {"statusCode": "abc"}},
        {"answer": {"statusCode": 200, "body": {"not": "text"}}},
        {"answer": {"statusCode": 200, "headers": ["x"]}},
    ],
)
def test_a_function_that_fails_or_answers_nonsense_is_502_and_its_words_stay_inside(
    call: Caller, order: dict[str, Any]
) -> None:
    answer = call("POST", RESTORES, order)

    assert (answer.status, answer.json["detail"]) == (502, "Internal server error")
    assert answer.headers["content-type"] == ["application/problem+json"]
    assert b"secret" not in answer.body


def test_a_function_that_takes_too_long_is_504(call: Caller) -> None:
    answer = call("POST", "/clusters/myeks/slow", {"sleep": 2})

    assert (answer.status, answer.json["detail"]) == (504, "Endpoint request timed out")


def test_each_call_has_a_line_in_the_access_log(
    sandbox: Sandbox, stack: DeployedStack, user: As, call: Caller
) -> None:
    served, invalid = call("GET", RESTORES), call("POST", RESTORES, "[1]")
    refused = user()("GET", RESTORES)
    logs = sandbox.client("logs")

    def lines() -> dict[str, Any]:
        events = logs.filter_log_events(logGroupName="/little/access", limit=10_000)["events"]
        found = [json.loads(event["message"]) for event in events]
        wanted = {answer.headers["x-amzn-requestid"][0] for answer in (served, invalid, refused)}
        return {line["status"]: line for line in found if line["requestId"] in wanted}

    told = eventually(lambda: len(lines()) == 3 and lines())
    assert told["200"]["caller"] == f"arn:aws:iam::{sandbox.account}:root"
    assert (told["200"]["route"], told["200"]["error"]) == ("GET /clusters/{cluster}/restores", "-")
    assert (told["400"]["caller"], told["400"]["error"]) == (told["200"]["caller"], "BAD_REQUEST_BODY")
    assert told["403"]["error"] == "ACCESS_DENIED"
    assert ":user/caller-" in told["403"]["caller"]
