"""Where the API remembers its answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snapkeep.wiring.clients import client

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.idempotency import BasePersistenceLayer

    from snapkeep.settings import ApiSettings


def answers(settings: ApiSettings) -> BasePersistenceLayer:
    """In the journal's table, by Idempotency-Key, until they expire."""
    from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer

    return DynamoDBPersistenceLayer(
        settings.journal_table,
        key_attr="pk",
        sort_key_attr="sk",
        static_pk_value="ANSWERS",
        expiry_attr="expires_at",
        boto3_client=client("dynamodb"),
    )
