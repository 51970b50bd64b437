"""The parameters of paths and headers, and what they may hold.

API Gateway passes segments on as they were sent. Names need no percent-encoding, so none is decoded and a
segment that holds any is refused: IAM judged the path as sent, and must have judged the name that is meant.
https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names
https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Header, Path, Query

DNS_LABEL = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
DNS_SUBDOMAIN = r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$"
EKS_NAME = r"^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$"
RUN_NAME = r"^[0-9A-Za-z][0-9A-Za-z._-]{0,199}$"
HEX = r"^[0-9a-f]{16}$"

Cluster = Annotated[str, Path(pattern=EKS_NAME, description="The name of an EKS cluster")]
Namespace = Annotated[str, Path(pattern=DNS_LABEL, description="The name of a namespace")]
Claim = Annotated[str, Path(pattern=DNS_SUBDOMAIN, max_length=253, description="The name of a claim")]
Point = Annotated[str, Path(pattern=DNS_LABEL, description="The id of a recovery point")]
Backup = Annotated[str, Path(pattern=RUN_NAME, description="The id of a backup")]
Restore = Annotated[str, Path(pattern=HEX, description="The id of a restore")]
OnceKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{1,128}$",
        description="A text of your own, new for every wish: a request sent again under it is done once",
    ),
]

Cursor = Annotated[
    str, Query(pattern=r"^[0-9A-Za-z_-]{0,2000}$", description="`next_cursor` of the page before")
]
Text = Annotated[str, Query(max_length=253, description="Only those of this name")]
Limit = Annotated[int, Query(ge=1, le=100, description="The most entries of a page")]
