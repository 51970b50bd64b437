"""The call that a REST API's stage is answering, shared by all code that handles it."""

import uuid
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ministack.services import apigateway_v1


@dataclass
class Call:
    """One call to a stage: what came in, and what is learned about it on the way.

    `path` is the path below the stage as sent, with its percent-encoding.
    """

    api: str
    stage: str
    method: str
    path: str
    headers: dict[str, str]
    query: dict[str, Any]
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    resource_path: str = ""
    error_type: str = ""
    error_message: str = ""
    integration_status: int = 0
    integration_ms: int = 0
    identity: dict[str, Any] = field(default_factory=dict)

    @property
    def domain(self) -> str:
        """The host name AWS would serve this API under."""
        scope = apigateway_v1.find_api_scope(self.api)
        return f"{self.api}.execute-api.{scope[1] if scope else ''}.amazonaws.com"

    def stage_settings(self) -> dict[str, Any]:
        """The stage as GetStage returns it; empty if there is none."""
        found: dict[str, Any] = apigateway_v1.stages_for_api(self.api).get(self.stage) or {}
        return found

    def as_request(self) -> dict[str, Any]:
        """The call in the form that ministack's gateway responses expect."""
        return {
            "api_id": self.api,
            "stage_name": self.stage,
            "stage": self.stage_settings(),
            "headers": self.headers,
            "query_params": self.query,
            "path_params": {},
            "resource_path": self.resource_path,
            "request_id": self.request_id,
        }


CURRENT: ContextVar[Call | None] = ContextVar("rest_api_call", default=None)


def raw_below(raw_path: str, path: str, below: str) -> str:
    """The end of `raw_path` whose decoded form is `below`; `path` is all of `raw_path`, decoded.

    The part before it, an API id and a stage, never needs escaping.
    """
    return raw_path[len(path) - len(below) :] or "/"
