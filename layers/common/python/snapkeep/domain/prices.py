"""What AWS asks for what Snapkeep uses: one table, with the Region and the day it was read.

Prices are public and move: they are good for an order of size, never for a bill.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars. Storage by the GiB and month, Lambda by the GB-second, the rest by the million.

    https://aws.amazon.com/ebs/pricing/ · https://aws.amazon.com/lambda/pricing/ ·
    https://aws.amazon.com/dynamodb/pricing/on-demand/ · https://aws.amazon.com/sqs/pricing/ ·
    https://aws.amazon.com/eventbridge/pricing/ · https://aws.amazon.com/cloudwatch/pricing/
    """

    region: str
    read_on: str
    snapshot: float
    archived_snapshot: float
    lambda_gb_second: float
    lambda_requests: float
    table_writes: float
    table_reads: float
    queue_requests: float
    custom_events: float
    log_gb: float
    metric: float
    alarm: float


US_EAST_1 = Prices(
    region="us-east-1",
    read_on="2026-11-24",
    snapshot=0.05,
    archived_snapshot=0.0125,
    lambda_gb_second=0.0000133334,
    lambda_requests=0.20,
    table_writes=0.625,
    table_reads=0.125,
    queue_requests=0.40,
    custom_events=1.00,
    log_gb=0.50,
    metric=0.30,
    alarm=0.10,
)
"""For functions on arm64 and a table on demand. Other Regions cost up to twice as much."""
