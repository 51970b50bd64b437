"""An API imported from an OpenAPI document keeps API Gateway's extensions.

AWS: API Gateway developer guide, "OpenAPI extensions for API Gateway": integration timeouts, request
validators and their required parameters, gateway responses, binary media types.
ministack: reads methods, their authorization and the function, and drops the rest.
Remaining difference: schemas do not become models, so API Gateway does not validate bodies.
"""

from collections.abc import Callable, Iterator
from typing import Any

from ministack.services import apigateway_v1

from sandbox.aws.private import require
from sandbox.aws.world import World

Document = dict[str, Any]
_PREFIX = "x-amazon-apigateway-"
_PLACES = {"query": "querystring", "header": "header", "path": "path"}
_VERBS = ("get", "put", "post", "delete", "options", "head", "patch")


def install(_world: World) -> None:
    """Complete every import."""
    require(apigateway_v1, "_import_rest_api", "_resources", "_rest_apis", "_create_request_validator")
    require(apigateway_v1, "_request_validators", "_put_gateway_response")
    imported = apigateway_v1._import_rest_api
    apigateway_v1._import_rest_api = _completed(imported)


def _completed(imported: Callable[..., str]) -> Callable[..., str]:
    def complete(spec: Document, base: Document | None = None) -> str:
        api = imported(spec, base)
        if spec.get(f"{_PREFIX}binary-media-types"):
            apigateway_v1._rest_apis[api]["binaryMediaTypes"] = spec[f"{_PREFIX}binary-media-types"]
        validators = _validators(api, spec)
        for method, operation, shared in _methods(api, spec):
            _complete(method, operation, [*shared, *operation.get("parameters", [])])
            name = operation.get(f"{_PREFIX}request-validator") or spec.get(f"{_PREFIX}request-validator")
            method["requestValidatorId"] = validators.get(name)
        for kind, response in (spec.get(f"{_PREFIX}gateway-responses") or {}).items():
            _gateway_response(api, kind, response)
        return api

    return complete


def _validators(api: str, spec: Document) -> dict[Any, str]:
    """Create the document's validators; return their ids by name."""
    for name, flags in (spec.get(f"{_PREFIX}request-validators") or {}).items():
        apigateway_v1._create_request_validator(api, {"name": name, **flags})
    made = apigateway_v1._request_validators.get(api) or {}
    return {each["name"]: each["id"] for each in made.values()}


def _methods(api: str, spec: Document) -> Iterator[tuple[Document, Document, list[Document]]]:
    """Each method that ministack created, its operation and the parameters of its whole path."""
    for resource in apigateway_v1._resources[api].values():
        item = (spec.get("paths") or {}).get(resource["path"]) or {}
        for verb in _VERBS:
            if verb in item:
                yield resource["resourceMethods"][verb.upper()], item[verb], item.get("parameters", [])


def _complete(method: Document, operation: Document, parameters: list[Document]) -> None:
    method["requestParameters"] = {
        f"method.request.{_PLACES[each['in']]}.{each['name']}": bool(each.get("required"))
        for each in parameters
        if each.get("in") in _PLACES
    }
    timeout = (operation.get(f"{_PREFIX}integration") or {}).get("timeoutInMillis")
    if timeout and method.get("methodIntegration"):
        method["methodIntegration"]["timeoutInMillis"] = timeout


def _gateway_response(api: str, kind: str, response: Document) -> None:
    data: Document = {
        key: response[key] for key in ("responseParameters", "responseTemplates") if key in response
    }
    if "statusCode" in response:
        data["statusCode"] = str(response["statusCode"])
    status, _headers, body = apigateway_v1._put_gateway_response(api, kind, data)
    if status >= 400:
        raise ValueError(f"gateway response {kind} of the OpenAPI document is refused: {body.decode()}")
