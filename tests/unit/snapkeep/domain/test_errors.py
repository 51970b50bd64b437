"""Errors say in their kind whether a retry helps, and in their reason why."""

from __future__ import annotations

from datetime import timedelta

import pytest

from snapkeep.domain import errors


@pytest.mark.parametrize("kind", [errors.Throttled, errors.ClusterUnreachable])
def test_what_passes_by_itself_is_temporary_and_says_when_to_try_again(
    kind: type[errors.TemporaryError],
) -> None:
    error = kind("EC2 is busy", timedelta(seconds=5))
    assert isinstance(error, errors.TemporaryError)
    assert (str(error), error.delay) == ("EC2 is busy", timedelta(seconds=5))


@pytest.mark.parametrize("kind", [errors.NotFound, errors.NameTaken, errors.GroupRefused])
def test_what_somebody_must_change_is_permanent(kind: type[errors.PermanentError]) -> None:
    error = kind("vol-1 does not exist")
    assert isinstance(error, errors.PermanentError)
    assert not isinstance(error, errors.TemporaryError)
    assert error.reason == "vol-1 does not exist"
