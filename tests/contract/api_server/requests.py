"""All requests in their order: what one makes, later ones ask for."""

from __future__ import annotations

from tests.contract.api_server.admission import APPLYING, NAMESPACES, POLICIES, QUOTAS, RIGHTS
from tests.contract.api_server.asking import Ask, post
from tests.contract.api_server.claims import CHANGING, CREATING, DELETING
from tests.contract.api_server.nodes import NODE_ASKS
from tests.contract.api_server.objects import namespace
from tests.contract.api_server.pods import POD_ASKS
from tests.contract.api_server.reading import LISTS, MISSING
from tests.contract.api_server.snapshots import CONTENT_ASKS, SNAPSHOT_ASKS

REQUESTS: tuple[Ask, ...] = (
    post("", "/api/v1/namespaces", namespace("asked")),
    *MISSING,
    *CREATING,
    *CHANGING,
    *DELETING,
    *SNAPSHOT_ASKS,
    *CONTENT_ASKS,
    *LISTS,
    *NODE_ASKS,
    *POD_ASKS,
    *QUOTAS,
    *RIGHTS,
    *APPLYING,
    *NAMESPACES,
    *POLICIES,
)
