"""EC2's answer formats, shared by the patches of EC2 actions."""

from typing import Any

from ministack.services import ec2

Params = dict[str, Any]
"""A parsed request; `ec2._p` reads one member."""
Answer = tuple[int, dict[str, str], bytes]
"""Status, headers and body."""


def xml(name: str, inner: str) -> Answer:
    """Return a successful answer with the element `name`."""
    answer: Answer = ec2._xml(200, name, inner)
    return answer


def error(code: str, message: str, status: int = 400) -> Answer:
    """Return an error with one of EC2's codes."""
    answer: Answer = ec2._error(code, message, status)
    return answer
