"""On-demand requests as text in the items of their runs."""

from __future__ import annotations

import json

from snapkeep.domain.backup.on_demand import OnDemandRequest
from snapkeep.domain.claims import ClaimName
from snapkeep.domain.policies import Method, selection_from_document, selection_to_document


def request_text(request: OnDemandRequest) -> str:
    """A request as JSON."""
    return json.dumps(
        {
            "claims": [[claim.namespace, claim.name] for claim in request.claims],
            "selection": selection_to_document(request.selection) if request.selection else None,
            "policy": request.policy,
            "method": request.method.value if request.method else "",
            "namespace": request.namespace,
            "caller": request.caller,
        }
    )


def request_of(text: str) -> OnDemandRequest:
    """The request in a text of `request_text`."""
    item = json.loads(text)
    selection, method = item["selection"], item["method"]
    return OnDemandRequest(
        claims=tuple(ClaimName(*names) for names in item["claims"]),
        selection=selection_from_document(selection) if selection else None,
        policy=item["policy"],
        method=Method(method) if method else None,
        namespace=item["namespace"],
        caller=item["caller"],
    )
