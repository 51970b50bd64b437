"""What all functions share. A function in Lambda imports this package first, and calls `started` last.

Python's garbage collector visits every object that imports make, several times, and finds next to nothing: an
eighth of a start. So it rests until the function is ready, and never looks at those objects afterwards.
https://docs.python.org/3/library/gc.html#gc.freeze
"""

import gc
import os


def in_lambda() -> bool:
    """True in a function; false where its code is only imported, as in tests and in the command.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
    """
    return bool(os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE"))


if in_lambda():
    gc.disable()


def started() -> None:
    """The function is ready for events: garbage is collected again."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
