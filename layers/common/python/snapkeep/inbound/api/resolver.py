"""Resolves the requests of API Gateway, each only by the path that IAM policies name."""

from __future__ import annotations

import re

from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver


class RestResolver(APIGatewayRestResolver):
    """Powertools' resolver also takes a path with slashes at its end; IAM compares paths letter by letter, so
    a statement that denies a path would not hold for such a request."""

    @staticmethod
    def _compile_regex(rule: str, base_regex: str = r"^{}\Z") -> re.Pattern[str]:
        compiled: re.Pattern[str] = ApiGatewayResolver._compile_regex(rule, base_regex)
        return compiled
