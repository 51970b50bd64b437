"""What is on the lab's volumes: file systems that the kernel made and wrote, cut off while they were mounted.

`python -m sandbox.lab.volumes.make` makes their images, which are kept in the repository.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sandbox.lab.volumes.archive import Archived, unpack

__all__ = ["DROPPED", "IMAGES", "Archived", "image_of"]

FOLDER = Path(__file__).with_name("images")
IMAGES: Mapping[str, str] = {
    "default/ebs-claim": "ebs-claim",
    "default/legacy-claim": "legacy-claim",
    "wordpress/mysql-pv-claim": "mysql",
    "wordpress/wp-pv-claim": "wordpress",
}
"""What the volume of each claim holds."""

DROPPED = "mysql-dropped"
"""What the volume of MySQL holds after somebody has dropped a table."""


def image_of(name: str, folder: Path) -> Archived:
    """An image by name, unpacked in a folder of its own below `folder`."""
    return unpack(FOLDER / f"{name}.tar.xz", folder / name)
