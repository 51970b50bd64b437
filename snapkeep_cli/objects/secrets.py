"""The Secrets that a run saved of a namespace, decrypted on this machine with the person's own AWS rights.

Neither the API nor a function of Snapkeep can decrypt them. They are held in memory only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from snapkeep.domain.objects.secrets.sealed import context_of
from snapkeep_cli.api.where import Where
from snapkeep_cli.objects.archives import Archived, read
from snapkeep_cli.output import fail

Document = dict[str, Any]


def secrets_of(found: Document, cluster: str, saved: Archived) -> list[Document]:
    """The Secrets behind the links of `archives.links`, in the order of their names. They hold the values:
    give them to kubectl by its standard input, and print them only if a person asks for that.

    Ends the command if there are none, if KMS refuses, or if the file is not what was saved.
    """
    key, url = found.get("secrets_key"), found.get("secrets_url")
    if not key or not url:
        raise fail(
            "not_found",
            f"no Secrets of {saved.namespace} were saved with {saved.run}",
            f"`snapkeep objects {saved.run} -n {saved.namespace}` says why",
        )
    file = read(found, "secrets", f"the Secrets of {saved.namespace}")
    text = _opened(file, str(key), cluster, saved)
    return list(yaml.load_all(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def rows(secrets: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """What may be shown: names, types, and the names of the keys."""
    for each in secrets:
        keys = sorted(each.get("data") or {})
        yield {"name": each["metadata"]["name"], "type": each.get("type", ""), "keys": ", ".join(keys)}


def _opened(file: bytes, key: str, cluster: str, saved: Archived) -> str:
    # The AWS SDK takes half a second, and no other command needs what decrypts.
    from botocore.exceptions import BotoCoreError, ClientError

    from snapkeep_cli.api.troubles import why_aws_refused
    from snapkeep_cli.objects.opening import Spoilt, opened

    try:
        return opened(kms_for(key), file, key, context_of(cluster, saved.namespace, saved.run))
    except Spoilt as error:
        text = f"the Secrets of {saved.namespace} cannot be decrypted: {error}"
        raise fail("spoilt_download", text, "take those of another run") from error
    except (BotoCoreError, ClientError) as error:
        raise fail(
            "aws_refused",
            f"the Secrets of {saved.namespace} cannot be decrypted: {why_aws_refused(error)}",
            f"you need kms:Decrypt on {key} yourself; Snapkeep has no such right",
        ) from error


def kms_for(key: str) -> Any:
    """KMS in the Region of a key (an ARN), with the person's credentials. Raises BotoCoreError."""
    import botocore.session

    session = botocore.session.Session(profile=Where.profile or None)
    return session.create_client("kms", key.split(":")[3])
