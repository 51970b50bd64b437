"""The images of the lab's volumes, on the volumes of its claims."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.demo.kube import Admin
from sandbox.demo.lost_region.evidence import volume_of
from sandbox.lab.volumes import IMAGES, Archived, image_of
from sandbox.launch import Sandbox


@dataclass
class Volumes:
    """Writes images, unpacked below `folder`, on volumes. `held` is what the volume of each claim holds."""

    sandbox: Sandbox
    admin: Admin
    folder: Path
    held: dict[str, Archived] = field(default_factory=dict)

    def fill(self, images: Mapping[str, str] = IMAGES) -> None:
        """Let the volume of each claim (NAMESPACE/NAME) hold an image from now on."""
        for claim, name in images.items():
            image = image_of(name, self.folder)
            self.sandbox.aws.write_image(volume_of(self.admin, *claim.split("/")), image.image)
            self.held[claim] = image
