"""Places: where recovery points are copied, so that they survive the loss of their Region."""

from __future__ import annotations

from dataclasses import dataclass

MOST_IN_PROGRESS = 20
"""How many copies EC2 lets one account have in progress in a destination Region.
https://docs.aws.amazon.com/ebs/latest/userguide/ebs-resource-quotas.html
"""

IN_FLIGHT = 15
"""How many of them Snapkeep uses: AWS Backup, Data Lifecycle Manager and people share the limit."""


@dataclass(frozen=True, slots=True)
class Place:
    """A Region that copies go to, in the account of the deployment.

    `kms_key` is the ARN of the key in that Region under which every copy is encrypted. A place with `retire`
    gets no more copies, and those in it run down by their retention.
    """

    name: str
    region: str
    kms_key: str
    retire: bool = False
