"""Errors of AWS Backup; all but access and server errors have the status 400 (API reference)."""


class Refused(Exception):
    """An error in AWS's words; `code` is its type."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def invalid(message: str) -> Refused:
    """A parameter that AWS does not accept."""
    return Refused("InvalidParameterValueException", message)


def missing(message: str) -> Refused:
    """A resource that is not there."""
    return Refused("ResourceNotFoundException", message)
