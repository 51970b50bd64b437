"""The tokens of the EBS direct APIs: each is good for one place, and only for a while.

A block token lives for 7 days, a NextToken for 60 minutes.
https://docs.aws.amazon.com/ebs/latest/userguide/ebsapi-faq.html
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

BLOCK_LIFE = timedelta(days=7)
PAGE_LIFE = timedelta(minutes=60)
SIGNED = 16
"""Bytes of a token's signature."""


class BlockTokens:
    """Makes and reads tokens; those of another instance are invalid."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)

    def of_block(self, snapshot: str, index: int, now: datetime) -> str:
        """The token with which a block of a snapshot is read."""
        return self._made(f"block {snapshot}", index, now + BLOCK_LIFE)

    def admits(self, token: str, snapshot: str, index: int, now: datetime) -> bool:
        """True if a token is for this block and has not expired."""
        return self._read(token, f"block {snapshot}", now) == index

    def of_page(self, listing: str, index: int, now: datetime) -> str:
        """The NextToken of a listing, which goes on at a block."""
        return self._made(f"page {listing}", index, now + PAGE_LIFE)

    def next_of(self, token: str, listing: str, now: datetime) -> int | None:
        """Where a NextToken of this listing goes on; None if it is not valid."""
        return self._read(token, f"page {listing}", now)

    def _made(self, purpose: str, index: int, until: datetime) -> str:
        said = f"{index} {until.timestamp():.0f}".encode()
        return base64.b64encode(self._signature(purpose, said) + said).decode()

    def _read(self, token: str, purpose: str, now: datetime) -> int | None:
        try:
            raw = base64.b64decode(token, validate=True)
        except (binascii.Error, ValueError):
            return None
        signature, said = raw[:SIGNED], raw[SIGNED:]
        if not hmac.compare_digest(signature, self._signature(purpose, said)):
            return None
        index, until = map(int, said.split())
        return index if now.timestamp() < until else None

    def _signature(self, purpose: str, said: bytes) -> bytes:
        return hmac.digest(self._secret, purpose.encode() + b"\n" + said, hashlib.sha256)[:SIGNED]
