"""The file that tests of refusals change."""

from __future__ import annotations

KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
QUOTE = '"'

FILE = """\
clusters:
  - name: myeks
    region: ap-northeast-2
policies:
  - name: nightly
    selection: {namespaces: [default]}
    schedule: {expression: 0 2 * * *}
    retention: {last: 3}
"""


def changed(old: str, new: str) -> str:
    """The file with one text replaced, which must be there."""
    assert old in FILE
    return FILE.replace(old, new)
