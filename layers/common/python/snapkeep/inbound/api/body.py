"""What the models of requests and responses have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Body(BaseModel):
    """A model that is prepared when a request first needs it: a request needs two or three of all."""

    model_config = ConfigDict(defer_build=True)
