"""What AWS Backup allows as tags: 50 of them, and letters, digits and spaces of all scripts with a few signs.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_KeyValue.html
"""

import unicodedata
from collections.abc import Mapping

from sandbox.aws.backup.refusals import invalid

MOST, LONGEST_KEY, LONGEST_VALUE = 50, 128, 256
SIGNS = "_.:/=+-@"


def check(tags: Mapping[str, str]) -> None:
    """Refuse tags that AWS Backup refuses."""
    if len(tags) > MOST:
        raise invalid(f"A resource has {MOST} tags at most, not {len(tags)}.")
    for key, value in tags.items():
        if len(key) > LONGEST_KEY or len(value) > LONGEST_VALUE:
            raise invalid(f"The tag {key} is too long.")
        if not all(map(_is_allowed, key + value)):
            raise invalid(f"The tag {key} has characters that are not allowed: {value!r}.")


def _is_allowed(letter: str) -> bool:
    return letter in SIGNS or unicodedata.category(letter)[0] in "LNZ"
