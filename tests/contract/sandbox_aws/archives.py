"""Zip archives of functions and layers."""

import io
import zipfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path

SDK = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six")
SDK_MODELS = ("ec2", "sqs", "sts")


def zip_of(files: dict[str, str]) -> bytes:
    """Return a zip of these files, text by name."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


@cache
def sdk_layer() -> bytes:
    """Return a layer with boto3 and the models of the services used here."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in SDK:
            spec = find_spec(name)
            assert spec is not None and spec.origin is not None
            origin = Path(spec.origin)
            for file in origin.parent.rglob("*") if origin.name == "__init__.py" else [origin]:
                inside = file.relative_to(
                    origin.parents[1] if origin.name == "__init__.py" else origin.parent
                )
                if file.is_file() and wanted(inside.parts):
                    archive.write(file, Path("python") / inside)
    return content.getvalue()


def wanted(parts: tuple[str, ...]) -> bool:
    """Say whether a file of the SDK is needed: no byte code, and only some of botocore's many models."""
    model = parts[:2] == ("botocore", "data") and len(parts) > 3
    return "__pycache__" not in parts and (not model or parts[2] in SDK_MODELS)
