"""`snapkeep doctor`, whose parts are in `snapkeep_cli/doctor`."""

from snapkeep_cli.doctor.command import doctor

__all__ = ["doctor"]
