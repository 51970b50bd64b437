"""Objects are dated by the sandbox's clock, like everything else of AWS.

AWS: Last-Modified is the time at which S3 took the object.
ministack: the machine's time, which is months behind once the clock was moved.
"""

from ministack.services import s3

from sandbox.aws.private import require
from sandbox.aws.world import World


def install(world: World) -> None:
    """Date objects, versions and copies when they are written."""
    require(s3, "now_iso")
    s3.now_iso = lambda: world.clock.now().strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
