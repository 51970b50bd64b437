"""The journal and the pacer in one DynamoDB table; `schema` says how it is keyed."""

from snapkeep.adapters.dynamodb.journal import dynamo_journal
from snapkeep.adapters.dynamodb.pacer import DynamoPacer

__all__ = ["DynamoPacer", "dynamo_journal"]
