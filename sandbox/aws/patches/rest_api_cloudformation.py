"""CloudFormation keeps what a REST API's template says, and an API keeps its id.

AWS: the AWS::ApiGateway pages of the CloudFormation template reference; a changed Body overwrites the API,
which keeps its id (PutRestApi, mode overwrite); a stage with an access log needs the account's CloudWatch
role ("CloudWatch Logs role ARN must be set in account settings to enable logging"); a method's path in
MethodSettings is a JSON pointer (`/~1clusters~1{cluster}`); a stage serves its deployment, which is the API
as it was when the deployment was created.
ministack: drops the request validator, its flags and the access log, creates a new API for a new Body,
compares a setting's encoded path with the plain one, serves changes that nobody deployed.
"""

import copy
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from ministack.services import apigateway_v1
from ministack.services.cloudformation import provisioners

from sandbox.aws.private import require, require_keys
from sandbox.aws.rest_api.calls import CURRENT
from sandbox.aws.world import World

Props = dict[str, Any]
Made = tuple[str, Props]
RESOURCES = (
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGateway::Method",
    "AWS::ApiGateway::Stage",
    "AWS::ApiGateway::Account",
    "AWS::ApiGateway::RequestValidator",
)
_BODY = ("_resources", "_authorizers_v1", "_models", "_request_validators")
"""What a Body says about an API; its stages, deployments and gateway responses stay."""
_deployed: dict[tuple[str, str], Props] = {}
"""An API's resources when a deployment was created, by API and deployment."""


def install(_world: World) -> None:
    """Replace the handlers that lose properties."""
    require(provisioners, "_RESOURCE_HANDLERS", "_apigw_rest_api_attrs")
    require(apigateway_v1, "_create_request_validator", "_update_request_validator", "_account_settings")
    require(apigateway_v1, "_method_throttle_settings", "_create_deployment", "_match_resource_tree")
    require(apigateway_v1, "_match_recursive", "_stages_v1", "_gateway_responses", *_BODY)
    handlers = provisioners._RESOURCE_HANDLERS
    require_keys(handlers, "provisioners._RESOURCE_HANDLERS", *RESOURCES)
    _then(handlers["AWS::ApiGateway::Method"], _keep_validator)
    _then(handlers["AWS::ApiGateway::Stage"], _keep_access_log)
    handlers["AWS::ApiGateway::RequestValidator"] = {
        "create": _create_validator,
        "update": _update_validator,
        "delete": _delete_validator,
    }
    api = handlers["AWS::ApiGateway::RestApi"]
    api["update"] = _keeping_id(api["create"], api["delete"], api["update"])
    apigateway_v1._method_throttle_settings = _by_plain_path(apigateway_v1._method_throttle_settings)
    apigateway_v1._create_deployment = _remembered(apigateway_v1._create_deployment)
    apigateway_v1._match_resource_tree = _as_deployed(apigateway_v1._match_resource_tree)


def _then(handlers: Props, keep: Callable[[Props], None]) -> None:
    create, update = handlers["create"], handlers["update"]

    def created(logical_id: str, props: Props, stack: str) -> Made:
        made: Made = create(logical_id, props, stack)
        keep(props)
        return made

    def updated(physical_id: str, old: Props, new: Props, stack: str) -> Made:
        made: Made = update(physical_id, old, new, stack)
        keep(new)
        return made

    handlers["create"], handlers["update"] = created, updated


def _keep_validator(props: Props) -> None:
    resource = apigateway_v1._resources[props["RestApiId"]][props["ResourceId"]]
    resource["resourceMethods"][props["HttpMethod"]]["requestValidatorId"] = props.get("RequestValidatorId")


def _keep_access_log(props: Props) -> None:
    wanted = props.get("AccessLogSetting") or {}
    role = (apigateway_v1._account_settings.get("settings") or {}).get("cloudwatchRoleArn")
    if wanted and not role:
        apigateway_v1._stages_v1[props["RestApiId"]].pop(props["StageName"], None)
        raise ValueError("CloudWatch Logs role ARN must be set in account settings to enable logging")
    stage = apigateway_v1._stages_v1[props["RestApiId"]][props["StageName"]]
    stage["accessLogSettings"] = (
        {"destinationArn": wanted["DestinationArn"], "format": wanted["Format"]} if wanted else {}
    )


def _create_validator(_logical_id: str, props: Props, _stack: str) -> Made:
    made = _answer(apigateway_v1._create_request_validator(props["RestApiId"], _validator(props)))
    return made["id"], {"RequestValidatorId": made["id"]}


def _update_validator(physical_id: str, old: Props, new: Props, stack: str) -> Made:
    if any(new.get(key) != old.get(key) for key in ("RestApiId", "Name")):
        return _create_validator("", new, stack)
    apigateway_v1._request_validators[new["RestApiId"]][physical_id].update(_validator(new))
    return physical_id, {"RequestValidatorId": physical_id}


def _delete_validator(physical_id: str, props: Props) -> None:
    with suppress(KeyError):  # the API was deleted first
        del apigateway_v1._request_validators[props["RestApiId"]][physical_id]


def _validator(props: Props) -> Props:
    return {
        "name": props.get("Name", ""),
        "validateRequestBody": _is_true(props.get("ValidateRequestBody")),
        "validateRequestParameters": _is_true(props.get("ValidateRequestParameters")),
    }


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"


def _keeping_id(
    create: Callable[..., Made], delete: Callable[..., None], update: Callable[..., Made]
) -> Callable[..., Made]:
    """Overwrite the API with a changed Body instead of creating another."""

    def updated(physical_id: str, old: Props, new: Props, stack: str, logical_id: str = "") -> Made:
        if new.get("Body") == old.get("Body"):
            return update(physical_id, old, new, stack, logical_id)
        draft, _attributes = create(logical_id, new, stack)
        for name in _BODY:
            store = getattr(apigateway_v1, name)
            if draft in store:
                store[physical_id] = store[draft]
        # Gateway responses may also be separate resources, so those in the Body are added to them.
        apigateway_v1._gateway_responses.setdefault(physical_id, {}).update(
            apigateway_v1._gateway_responses.get(draft) or {}
        )
        apigateway_v1._rest_apis[physical_id] = {
            **apigateway_v1._rest_apis[draft],
            "id": physical_id,
            "createdDate": apigateway_v1._rest_apis[physical_id]["createdDate"],
        }
        delete(draft, new)
        return physical_id, provisioners._apigw_rest_api_attrs(physical_id)

    return updated


def _by_plain_path(settings_of: Callable[..., Props | None]) -> Callable[..., Props | None]:
    def found(stage: Props, resource_path: str, method: str) -> Props | None:
        pointer = "/" + resource_path.replace("~", "~0").replace("/", "~1")
        kept = stage.get("methodSettings") or {}
        for key in (f"{pointer}/{method}", f"{pointer.lstrip('/')}/{method}", f"{pointer}/*"):
            if key in kept:
                entry: Props = kept[key]
                return entry
        return settings_of(stage, resource_path, method)

    return found


def _remembered(create: Callable[..., Any]) -> Callable[..., Any]:
    def created(api: str, data: Props) -> Any:
        answer = create(api, data)
        if answer[0] < 400:
            made = _answer(answer)["id"]
            _deployed[api, made] = copy.deepcopy(dict(apigateway_v1._resources.get(api) or {}))
        return answer

    return created


def _as_deployed(match: Callable[..., Any]) -> Callable[..., Any]:
    """Route by the resources in the deployment of the call's stage."""

    def matched(api: str, segments: list[str]) -> Any:
        call = CURRENT.get()
        resources = _deployed.get((api, call.stage_settings().get("deploymentId", ""))) if call else None
        if resources is None:
            return match(api, segments)
        root = next(each for each in resources.values() if each.get("path") == "/")
        return apigateway_v1._match_recursive(resources, root["id"], segments, {}) if segments else (root, {})

    return matched


def _answer(response: tuple[int, Any, bytes]) -> Props:
    status, _headers, body = response
    answer: Props = json.loads(body or b"{}")
    if status >= 400:
        raise ValueError(answer.get("message") or str(answer))
    return answer
