"""The validated `snapkeep.yaml` as the functions see it: one JSON document in its own layer."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

from snapkeep.domain.policies import Deployment, from_document

PACKAGE = "snapkeep_deployment"
FILE = "deployment.json"


@cache
def load_deployment() -> Deployment:
    """The deployment document that `infra` put into the layer. Raises ModuleNotFoundError without it."""
    return from_document(json.loads((resources.files(PACKAGE) / FILE).read_text()))
