"""Where the sandbox serves an API that has its own host name on AWS."""

import re

_AWS = re.compile(r"https://(?P<api>[a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com(?P<path>/.*)?")


def invoke_url(endpoint: str, url: str) -> str:
    """Return `url` as the sandbox's AWS at `endpoint` serves it: ENDPOINT/_aws/execute-api/ID/STAGE/PATH.

    Any URL that is not an API Gateway invoke URL is returned unchanged.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-call-api.html
    """
    found = _AWS.fullmatch(url)
    if not found:
        return url
    return f"{endpoint.rstrip('/')}/_aws/execute-api/{found['api']}{found['path'] or ''}"
