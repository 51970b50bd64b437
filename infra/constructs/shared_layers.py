"""The layers of every function: third-party packages, our own code, the validated deployment."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Annotations
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.packaging.assets import Assets

DESCRIPTIONS = {
    "third_party": "Snapkeep: third-party packages, from requirements-runtime.lock",
    "common": "Snapkeep: our own code",
    "deployment": "Snapkeep: the validated snapkeep.yaml",
}


class SharedLayers(Construct):
    """The layers of a deployment, in the order of the assets (`layers`)."""

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
            self._layer(name, assets, runtime, architecture) for name in assets.layers
        )

    def _layer(
        self, name: str, assets: Assets, runtime: lambda_.Runtime, architecture: lambda_.Architecture
    ) -> lambda_.LayerVersion:
        asset = assets.layers[name]
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
