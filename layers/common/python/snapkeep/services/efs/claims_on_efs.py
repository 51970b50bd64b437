"""Which claims of a policy are folders of which file systems."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from snapkeep.domain.backup.runs import Skipped
from snapkeep.domain.claims import Claim
from snapkeep.domain.efs.backups import EfsClaim
from snapkeep.domain.efs.handles import EfsVolume, below, volume_of_handle
from snapkeep.ports.efs import AccessPoint, AccessPoints

CODE = "efs"
"""The code of a claim whose folder cannot be told."""


@dataclass(slots=True)
class OnEfs:
    """Claims by the file system (id) that they are on, and those whose folder cannot be told, with why."""

    claims: dict[str, list[EfsClaim]] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ClaimsOnEfs:
    """Asks EFS for the folders of access points, each once."""

    access_points: AccessPoints

    def of(self, claims: Iterable[Claim]) -> OnEfs:
        """Where these claims are. Raises TemporaryError, or Forbidden, when EFS does not say."""
        found = OnEfs()
        known: dict[str, AccessPoint | None] = {}
        for claim in claims:
            try:
                volume = volume_of_handle(claim.volume.handle if claim.volume else "")
                folder = self._folder(volume, known)
            except ValueError as error:
                found.skipped.append(Skipped(str(claim), CODE, str(error)))
            else:
                found.claims.setdefault(volume.file_system, []).append(_remembered(claim, *folder))
        return found

    def _folder(self, volume: EfsVolume, known: dict[str, AccessPoint | None]) -> tuple[str, str]:
        """The folder from the root of the file system, and the access point's user.

        Raises ValueError for an access point that is gone, or of another file system.
        """
        name = volume.access_point
        if not name:
            return volume.path, ""
        if name not in known:
            known[name] = self.access_points.access_point(name)
        point = known[name]
        if point is None:
            raise ValueError(
                f"its access point {name} is gone or in another account, so its folder in "
                f"{volume.file_system} is unknown; the file system is still backed up for other claims"
            )
        if point.file_system != volume.file_system:
            raise ValueError(
                f"its access point {name} belongs to {point.file_system}, not to {volume.file_system}"
            )
        return below(point.path, volume.path), point.user


def _remembered(claim: Claim, path: str, user: str) -> EfsClaim:
    return EfsClaim(
        cluster=claim.cluster,
        namespace=claim.namespace,
        name=claim.name,
        uid=claim.uid,
        path=path,
        user=user,
        requested=claim.requested,
        storage_class=claim.storage_class,
        access_modes=claim.access_modes,
    )


def together(found: Iterable[OnEfs]) -> Iterator[tuple[str, tuple[EfsClaim, ...]]]:
    """Each file system with the claims of all clusters that are on it, in a fixed order."""
    claims: dict[str, list[EfsClaim]] = {}
    for each in found:
        for name, those in each.claims.items():
            claims.setdefault(name, []).extend(those)
    for name in sorted(claims):
        yield name, tuple(sorted(claims[name], key=lambda one: (one.cluster, str(one), one.uid)))
