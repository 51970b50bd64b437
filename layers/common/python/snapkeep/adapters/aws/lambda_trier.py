"""Invokes the try_config function and waits for its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snapkeep.adapters.aws.lambda_calls import PATIENCE, ask
from snapkeep.domain.errors import PermanentError, TookTooLong, TooLarge
from snapkeep.domain.policies import to_document
from snapkeep.domain.report.trials import Trial, TrialRequest, trial_from_document

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


class LambdaTrier:
    """Invokes try_config. `client` must not wait longer than PATIENCE for an answer, nor retry."""

    def __init__(self, client: LambdaClient, function: str) -> None:
        self._lambda = client
        self._function = function

    def try_config(self, request: TrialRequest) -> Trial:
        """What these policies would do now. Raises TookTooLong, and TooLarge for an answer that does not
        fit."""
        message = {
            "cluster": request.cluster,
            "namespace": request.namespace,
            "only": list(request.only),
            "deployment": to_document(request.deployment),
        }
        work = f"trial in {request.cluster}"
        too_long = (
            f"the {work} takes longer than {PATIENCE.total_seconds():.0f} s: try one namespace at a time"
        )
        document = ask(self._lambda, self._function, message, work, too_long)
        if "took_too_long" in document:
            raise TookTooLong(document["took_too_long"])
        if "too_large" in document:
            raise TooLarge(
                f"the answer has {document['too_large'] / 1e6:.1f} MB, more than the API can return: name "
                "one "
                "namespace, or the policies to show"
            )
        try:
            return trial_from_document(document)
        except (KeyError, TypeError, ValueError) as error:
            raise PermanentError(f"{work} returned none: is another version deployed?") from error
