"""The parameters of paths and headers, and their valid values.

API Gateway passes path segments on as they were sent. Names need no percent-encoding, so nothing is decoded
and a segment with an escape is refused: IAM authorized the path as sent, and that must be the name in use.
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
Place = Annotated[str, Path(pattern=DNS_LABEL, description="The name of a place")]
Copy = Annotated[
    str, Path(pattern=DNS_LABEL, description="The snapshot of a copy, or the id of its recovery point")
]
Account = Annotated[str, Path(pattern=r"^[0-9]{12}$", description="The id of an AWS account")]
Backup = Annotated[str, Path(pattern=RUN_NAME, description="The id of a backup")]
Restore = Annotated[str, Path(pattern=HEX, description="The id of a restore")]
FileOperationId = Annotated[
    str, Path(pattern=r"^[0-9a-f]{32}$", description="The id of an operation on files")
]
OnceKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{1,128}$",
        description="A text of your own, new for every request: a request repeated with the same key is "
        "carried out once",
    ),
]

Cursor = Annotated[
    str, Query(pattern=r"^[0-9A-Za-z_-]{0,2000}$", description="`next_cursor` of the previous page")
]
Text = Annotated[str, Query(max_length=253, description="Only those with this name")]
Limit = Annotated[int, Query(ge=1, le=100, description="The maximum number of entries per page")]
