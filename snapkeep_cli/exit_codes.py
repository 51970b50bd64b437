"""What the command's exit codes mean; scripts may rely on them."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """0 and 2 are conventional; the others tell a script what to do next."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    REFUSED = 3
    NOT_FOUND = 4
    FORBIDDEN = 5
    UNAVAILABLE = 6
    STILL_WAITING = 7


IN_WORDS = """Exit codes: 0 done; 1 something failed; 2 the command line, config or request is wrong; \
3 refused, nothing was created; 4 not found; 5 not allowed; 6 unavailable, try again, or the doctor \
cannot tell; 7 still waiting; 130 interrupted by Ctrl+C."""

OF_CODE = {
    "usage": Exit.USAGE,
    "no_config": Exit.USAGE,
    "invalid_config": Exit.USAGE,
    "is_a_vault": Exit.USAGE,
    "no_deployment": Exit.USAGE,
    "no_region": Exit.USAGE,
    "no_kubectl": Exit.USAGE,
    "kubectl_failed": Exit.FAILED,
    "namespace_failed": Exit.FAILED,
    "namespace_refused": Exit.REFUSED,
    "no_credentials": Exit.FORBIDDEN,
    "aws_refused": Exit.FORBIDDEN,
    "aws_unreachable": Exit.UNAVAILABLE,
    "unreachable": Exit.UNAVAILABLE,
    "cannot_write": Exit.FAILED,
    "file_exists": Exit.REFUSED,
    "spoilt_download": Exit.UNAVAILABLE,
    "no_files": Exit.REFUSED,
    "still_waiting": Exit.STILL_WAITING,
    "does_not_fit": Exit.REFUSED,
    "prune_refused": Exit.REFUSED,
    "other_deployment": Exit.REFUSED,
    "restore_refused": Exit.REFUSED,
    "copy_refused": Exit.REFUSED,
    "files_refused": Exit.REFUSED,
    "loan_refused": Exit.REFUSED,
    "nothing_to_back_up": Exit.REFUSED,
    "conflict": Exit.REFUSED,
    "invalid_request": Exit.USAGE,
    "too_large": Exit.USAGE,
    "answer_too_large": Exit.USAGE,
    "malformed_json": Exit.USAGE,
    "not_found": Exit.NOT_FOUND,
    "unknown_cluster": Exit.NOT_FOUND,
    "unauthenticated": Exit.FORBIDDEN,
    "forbidden": Exit.FORBIDDEN,
    "throttled": Exit.UNAVAILABLE,
    "unavailable": Exit.UNAVAILABLE,
    "took_too_long": Exit.UNAVAILABLE,
    "request_in_progress": Exit.UNAVAILABLE,
}
"""From a code to the exit code: those of the command itself, then those of the API."""


def exit_of(code: str) -> Exit:
    """The exit code of a problem; FAILED for any other."""
    return OF_CODE.get(code, Exit.FAILED)
