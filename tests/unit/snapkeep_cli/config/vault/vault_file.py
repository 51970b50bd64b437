"""The file of a vault that tests of refusals change."""

from __future__ import annotations

KEY = "arn:aws:kms:ap-northeast-2:222233334444:key/1234abcd-12ab-34cd-56ef-1234567890ab"

FILE = f"""\
vault:
  region: ap-northeast-2
  kms_key: {KEY}
  timezone: Asia/Seoul
  retention: {{daily: 14, monthly: 12}}
  lock: {{mode: governance, days: 14}}
  lend_to: ["333344445555"]
  sources:
    prod:
      account: "111122223333"
      region: ap-northeast-1
      clusters: [myeks, second]
    test:
      account: "111122223333"
      region: ap-northeast-1
      deployment: other
      clusters: [myeks]
      a_day: 20
      retention: {{daily: 3}}
      lock: off
"""


def changed(old: str, new: str) -> str:
    """The file with one text replaced, which must be there."""
    assert old in FILE
    return FILE.replace(old, new, 1)
