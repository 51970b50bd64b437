"""What somebody typed after `snapkeep restore`."""

from __future__ import annotations

from dataclasses import dataclass

from snapkeep.domain.restore.requests import Expand
from snapkeep_cli.output import Output, fail


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreArguments:
    """The arguments under their names in the command's signature, which explains and defaults them."""

    point: str
    cancel: str
    namespace: str
    cluster: str
    claim: str
    at: str
    target: str
    size: str
    expand: Expand
    storage_class: str
    zone: str
    from_namespace: str
    from_cluster: str
    from_place: str
    label: list[str] | None
    strict: bool
    dry_run: bool
    wait: bool
    timeout: int
    look: bool
    look_in: str
    image: str
    directory: str
    context: str
    output: Output

    @property
    def labels(self) -> dict[str, str]:
        """The labels of the new claim; ends the command if one is none."""
        return dict(map(_label, self.label or []))

    @property
    def goes_on_efs(self) -> bool:
        """True if a restored directory is to be found, and its volume and claim are to be made."""
        return self.look or bool(self.directory)

    @property
    def options_of_ebs(self) -> list[str]:
        """The given options that say nothing about EFS."""
        given = {
            "--size": self.size,
            "--expand": self.expand is Expand.AUTO,
            "--class": self.storage_class,
            "--zone": self.zone,
            "--from-place": self.from_place,
        }
        return [name for name, value in given.items() if value]


def _label(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise fail("usage", f"{text!r} is not a label", "write --label key=value")
    return key, value
