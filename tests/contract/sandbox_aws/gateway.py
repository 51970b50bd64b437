"""A small REST API in the shape ours deploys, and a caller who signs for it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .stack import BUCKET, RUNTIME, arn, asset, role

ECHO = """
import json, os, time

def handle(event, context):
    wanted = json.loads(event["body"]) if event["body"] and event["body"].startswith("{") else {}
    if wanted.get("sleep"):
        time.sleep(wanted["sleep"])
    if wanted.get("raise"):
        raise RuntimeError("an inner secret")
    if "answer" in wanted:
        return wanted["answer"]
    return {
        "statusCode": 200,
        "headers": {"content-type": "application/json", "x-release": os.environ["RELEASE"]},
        "multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"]},
        "body": json.dumps(event),
    }
"""
PROBLEM = '{"code":"%s","detail":$context.error.messageString,"instance":"$context.requestId"}'
PROBLEMS = {
    "ACCESS_DENIED": 403,
    "MISSING_AUTHENTICATION_TOKEN": 404,
    "REQUEST_TOO_LARGE": None,
    "THROTTLED": None,
    "DEFAULT_5XX": None,
}
"""Gateway responses by type, with the status they change or None to keep that of the error."""
LOG_FORMAT = json.dumps(
    {
        "requestId": "$context.requestId",
        "caller": "$context.identity.userArn",
        "route": "$context.httpMethod $context.resourcePath",
        "status": "$context.status",
        "error": "$context.error.responseType",
    }
)


def write_assembly(folder: Path, *resources: Mapping[str, Any], stack: str = "gateway") -> Path:
    """Write a cdk.out with one stack of these resources and the function's code."""
    (folder / "echo").mkdir(parents=True, exist_ok=True)
    (folder / "echo" / "index.py").write_text(ECHO)
    properties = {"templateFile": "gateway.template.json", "stackName": stack}
    documents = {
        "manifest.json": {
            "artifacts": {"gateway": {"type": "aws:cloudformation:stack", "properties": properties}}
        },
        "gateway.assets.json": {"files": {"echo": asset("echo", "zip")}},
        "gateway.template.json": {
            "Resources": {name: each for group in resources for name, each in group.items()},
            "Outputs": OUTPUTS,
        },
    }
    for name, document in documents.items():
        (folder / name).write_text(json.dumps(document))
    return folder


def ref(name: str) -> dict[str, str]:
    """Return Ref of a resource."""
    return {"Ref": name}


INVOCATIONS = {
    "Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Echo.Arn}/invocations"
}
OUTPUTS = {
    "Url": {"Value": {"Fn::Sub": "https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/${Stage}/"}},
    "Api": {"Value": ref("Api")},
    "Account": {"Value": ref("AWS::AccountId")},
}


def function(release: str = "1", permitted: bool = True) -> dict[str, Any]:
    """Return the function, its role and, if `permitted`, what lets this API invoke it."""
    code = {"S3Bucket": {"Fn::Sub": BUCKET}, "S3Key": "echo"}
    properties = {
        "Runtime": RUNTIME,
        "Role": arn("EchoRole"),
        "Handler": "index.handle",
        "Code": code,
        "Timeout": 10,
        "Environment": {"Variables": {"RELEASE": release}},
    }
    permission = {
        "Action": "lambda:InvokeFunction",
        "FunctionName": arn("Echo"),
        "Principal": "apigateway.amazonaws.com",
        "SourceArn": {"Fn::Sub": "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/v1/*/*"},
    }
    made = {
        "EchoRole": role("lambda.amazonaws.com"),
        "Echo": {"Type": "AWS::Lambda::Function", "Properties": properties},
    }
    if permitted:
        made["EchoPermission"] = {"Type": "AWS::Lambda::Permission", "Properties": permission}
    return made


def method(resource: Any, verb: str, **more: Any) -> dict[str, Any]:
    """Return a signed method that a function answers."""
    integration = {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": INVOCATIONS}
    integration |= more.pop("integration", {})
    properties = {
        "RestApiId": ref("Api"),
        "ResourceId": resource,
        "HttpMethod": verb,
        "AuthorizationType": "AWS_IAM",
        "Integration": integration,
        **more,
    }
    return {"Type": "AWS::ApiGateway::Method", "Properties": properties}


def part(parent: Any, name: str) -> dict[str, Any]:
    """Return a resource below another."""
    return {
        "Type": "AWS::ApiGateway::Resource",
        "Properties": {"RestApiId": ref("Api"), "ParentId": parent, "PathPart": name},
    }


def explicit_api(
    *, deployment: str = "Deployment1", extra: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return an API of explicit resources and methods: /clusters/{cluster}/restores and more."""
    api = {
        "Name": "little",
        "EndpointConfiguration": {"Types": ["REGIONAL"]},
        "BinaryMediaTypes": ["image/png"],
    }
    model = {"RestApiId": ref("Api"), "ContentType": "application/json", "Name": "Wanted"}
    schema = {"type": "object", "properties": {"sleep": {"type": "number"}}}
    made: dict[str, Any] = {
        "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": api},
        "Clusters": part({"Fn::GetAtt": ["Api", "RootResourceId"]}, "clusters"),
        "Cluster": part(ref("Clusters"), "{cluster}"),
        "Restores": part(ref("Cluster"), "restores"),
        "Slow": part(ref("Cluster"), "slow"),
        "Model": {"Type": "AWS::ApiGateway::Model", "Properties": {**model, "Schema": schema}},
        "Validator": {
            "Type": "AWS::ApiGateway::RequestValidator",
            "Properties": {"RestApiId": ref("Api"), "Name": "all", "ValidateRequestBody": True},
        },
        "Get": method(ref("Restores"), "GET"),
        "GetCluster": method(ref("Cluster"), "GET"),
        "Post": method(
            ref("Restores"),
            "POST",
            RequestValidatorId=ref("Validator"),
            RequestModels={"application/json": ref("Model")},
        ),
        "PostSlow": method(ref("Slow"), "POST", integration={"TimeoutInMillis": 500}),
        "LogRole": role("apigateway.amazonaws.com"),
        "Account": {
            "Type": "AWS::ApiGateway::Account",
            "Properties": {"CloudWatchRoleArn": arn("LogRole")},
        },
        "Log": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/little/access"}},
        deployment: {
            "Type": "AWS::ApiGateway::Deployment",
            "Properties": {"RestApiId": ref("Api")},
            "DependsOn": ["Get", "GetCluster", "Post", "PostSlow", *(extra or {})],
        },
        "Stage": stage(deployment),
        **(extra or {}),
    }
    return made


def stage(deployment: str) -> dict[str, Any]:
    """Return the stage of a deployment, with an access log and limits, the lowest for GET of one cluster."""
    settings = [
        {
            "ResourcePath": "/~1clusters~1{cluster}",
            "HttpMethod": "GET",
            "ThrottlingRateLimit": 0.01,
            "ThrottlingBurstLimit": 2,
        },
        {
            "ResourcePath": "/*",
            "HttpMethod": "*",
            "ThrottlingRateLimit": 500,
            "ThrottlingBurstLimit": 500,
        },
    ]
    properties = {
        "RestApiId": ref("Api"),
        "DeploymentId": ref(deployment),
        "StageName": "v1",
        "AccessLogSetting": {"DestinationArn": arn("Log"), "Format": LOG_FORMAT},
        "MethodSettings": settings,
    }
    return {"Type": "AWS::ApiGateway::Stage", "Properties": properties, "DependsOn": ["Account"]}


def openapi(*paths: str, extensions: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return an API whose Body is an OpenAPI document with a signed GET for each path, and its stage."""
    integration = {"type": "aws_proxy", "httpMethod": "POST", "uri": INVOCATIONS}
    scheme = {
        "type": "apiKey",
        "name": "Authorization",
        "in": "header",
        "x-amazon-apigateway-authtype": "awsSigv4",
    }
    get: dict[str, Any] = {"security": [{"sigv4": []}], "responses": {}}
    get["x-amazon-apigateway-integration"] = integration
    body = {
        "openapi": "3.0.1",
        "info": {"title": "little", "version": "1"},
        "components": {"securitySchemes": {"sigv4": scheme}},
        "paths": {path: {"get": get} for path in paths},
        **(extensions or {}),
    }
    deployment = f"Deployment{len(paths)}"
    stage = {"RestApiId": ref("Api"), "DeploymentId": ref(deployment), "StageName": "v1"}
    return {
        "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "little", "Body": body}},
        deployment: {"Type": "AWS::ApiGateway::Deployment", "Properties": {"RestApiId": ref("Api")}},
        "Stage": {"Type": "AWS::ApiGateway::Stage", "Properties": stage},
    }


def problems() -> dict[str, Any]:
    """Return gateway responses that answer problem+json."""
    made = {}
    for kind, status in PROBLEMS.items():
        template = PROBLEM % kind.lower()
        properties: dict[str, Any] = {
            "RestApiId": ref("Api"),
            "ResponseType": kind,
            "ResponseTemplates": {"application/json": template},
            "ResponseParameters": {"gatewayresponse.header.Content-Type": "'application/problem+json'"},
        }
        if status:
            properties["StatusCode"] = str(status)
        made[f"Problem{kind.title().replace('_', '')}"] = {
            "Type": "AWS::ApiGateway::GatewayResponse",
            "Properties": properties,
        }
    return made
