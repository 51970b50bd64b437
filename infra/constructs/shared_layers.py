"""The layers of functions: third-party packages, our own code, the validated deployment; and those that only
some functions have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import Annotations
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.packaging.assets import Asset, Assets

DESCRIPTIONS = {
    "third_party": "Snapkeep: third-party packages, from requirements-runtime.lock",
    "common": "Snapkeep: our own code",
    "deployment": "Snapkeep: the validated snapkeep.yaml",
    "encryption": "Snapkeep: the package cryptography, from requirements-encryption.lock",
    "filesystems": "Snapkeep: reads ext4 and XFS; with LGPL libraries, named in its NOTICE",
}


class SharedLayers(Construct):
    """The layers of a deployment: those of every function, in the order of the assets (`layers`), and by name
    those of functions that ask for them (`optional`).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        assets: Assets,
        runtime: lambda_.Runtime,
        architecture: lambda_.Architecture,
    ) -> None:
        super().__init__(scope, id)
        self.layers: Sequence[lambda_.LayerVersion] = tuple(
            self._layer(name, asset, runtime, architecture) for name, asset in assets.layers.items()
        )
        self.optional: Mapping[str, lambda_.LayerVersion] = {
            name: self._layer(name, asset, runtime, architecture)
            for name, asset in assets.optional_layers.items()
        }

    def _layer(
        self, name: str, asset: Asset, runtime: lambda_.Runtime, architecture: lambda_.Architecture
    ) -> lambda_.LayerVersion:
        layer = lambda_.LayerVersion(
            self,
            name.title().replace("_", ""),
            code=lambda_.Code.from_asset(str(asset.path), asset_hash=asset.digest),
            compatible_runtimes=[runtime],
            compatible_architectures=[architecture],
            description=DESCRIPTIONS[name],
        )
        if asset.warning:
            Annotations.of(layer).add_warning_v2("snapkeep:bytecode", asset.warning)
        return layer
