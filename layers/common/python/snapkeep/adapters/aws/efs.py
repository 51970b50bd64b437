"""File systems of EFS and their access points.

https://docs.aws.amazon.com/efs/latest/ug/efs-access-points.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from snapkeep.adapters.aws.session import code_of, said, translate
from snapkeep.domain.errors import Forbidden
from snapkeep.ports.efs import AccessPoint

FORBIDDEN = frozenset({"AccessDenied", "AccessDeniedException"})


@dataclass(frozen=True, slots=True)
class EfsAccessPoints:
    """Implements the AccessPoints port with a client of the service `efs`."""

    efs: Any

    def access_point(self, name: str) -> AccessPoint | None:
        """An access point by its id.

        https://docs.aws.amazon.com/efs/latest/ug/API_DescribeAccessPoints.html
        """
        try:
            found = self.efs.describe_access_points(AccessPointId=name)["AccessPoints"]
        except ClientError as error:
            if code_of(error) == "AccessPointNotFound":
                return None
            if code_of(error) in FORBIDDEN:
                raise Forbidden(f"access point {name} may not be read: {said(error)}") from error
            raise translate(error, f"access point {name}") from error
        except BotoCoreError as error:
            raise translate(error, f"access point {name}") from error
        return next(map(_read, found), None)


def _read(found: dict[str, Any]) -> AccessPoint:
    user = found.get("PosixUser")
    return AccessPoint(
        id=found["AccessPointId"],
        file_system=found["FileSystemId"],
        path=found.get("RootDirectory", {}).get("Path") or "/",
        user=f"{user['Uid']}:{user['Gid']}" if user else "",
    )
