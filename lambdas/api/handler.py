"""api: answers what people and programs ask through API Gateway."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Any

from snapkeep.inbound.api.application import application
from snapkeep.settings import ApiSettings
from snapkeep.wiring import api, aws, runtime
from snapkeep.wiring.answers import answers

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver


@runtime.logger.inject_lambda_context(correlation_id_path="requestContext.requestId")
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request."""
    with api.answering():
        return _app().resolve(event, context)


@cache
def _app() -> ApiGatewayResolver:
    settings = ApiSettings.from_environment(os.environ)
    return application(api.actions(aws.ports(settings)), lambda: answers(settings))


runtime.get_ready(_app)
