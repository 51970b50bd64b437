"""The journal and the pacer in one DynamoDB table; `schema` says how it is keyed."""

from snapkeep.adapters.dynamodb.journal import DynamoJournal
from snapkeep.adapters.dynamodb.pacer import DynamoPacer

__all__ = ["DynamoJournal", "DynamoPacer"]
