"""Asking the try_config function: its answer becomes a trial, its insides stay inside."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from snapkeep.adapters.aws.lambda_trier import LambdaTrier
from snapkeep.domain.errors import PermanentError, TemporaryError, TookTooLong, TooLarge
from snapkeep.domain.report.trials import TrialRequest
from tests.fakes.world import World
from tests.unit.snapkeep.adapters.aws.test_lambda_pruner import Lambda

REQUEST = TrialRequest("myeks", World().deployment)


def asked(client: Any) -> Any:
    return LambdaTrier(client, "try").try_config(REQUEST)


def test_an_answer_that_does_not_fit_says_how_to_ask_for_less() -> None:
    with pytest.raises(TooLarge, match=r"the answer has 6\.2 MB, .* name one namespace, or the policies"):
        asked(Lambda({"too_large": 6_200_000}))


def test_a_trial_that_takes_too_long_says_how_to_ask_for_less() -> None:
    trouble = ReadTimeoutError(endpoint_url="https://lambda")
    with pytest.raises(TookTooLong, match="longer than 22 s: try one namespace at a time"):
        asked(Lambda(trouble=trouble))


def test_a_trial_that_gave_up_says_what_it_could_read() -> None:
    with pytest.raises(TookTooLong, match="30,000 recovery points were read"):
        asked(Lambda({"took_too_long": "30,000 recovery points were read in 14 s"}))


def test_a_function_that_fails_or_is_of_another_version_is_no_trial() -> None:
    with pytest.raises(TemporaryError, match="trial in myeks failed; its log says why"):
        asked(Lambda({"errorMessage": "secret"}, error="Unhandled"))
    with pytest.raises(PermanentError, match="is another version deployed"):
        asked(Lambda({"clusters": []}))
