"""What the file of a vault means, in words, and what it must say of a source."""

from __future__ import annotations

from collections.abc import Iterator

from snapkeep.domain.copies.places import Place
from snapkeep.domain.policies import Deployment
from snapkeep.domain.retention.rules import parse_retention
from snapkeep.domain.vault.vault import Vault
from snapkeep_cli.locks import lock_lines


def vault_in_words(vault: Vault) -> Iterator[str]:
    """Lines about a vault; those that belong to a source follow its line, indented."""
    yield f"vault: {vault.region} of account {vault.account}, under {vault.kms_key}"
    yield f"loans: {'to ' + ', '.join(vault.lend_to) if vault.lend_to else 'none; lend_to names no account'}"
    for source in vault.sources:
        yield f"source {source.name}: {', '.join(source.clusters)} of {source.deployment} in {source.home}"
        keep = ", ".join(f"{rule} {amount}" for rule, amount in source.retention.items())
        yield f"  keep {keep} ({vault.timezone}), in each period the first copy; at most {source.a_day} a day"
        rules = parse_retention(source.retention)
        yield from (f"  {line}" for line in lock_lines(source.lock, rules, None, "copy"))
        if source.lock is None:
            yield "  note: its copies are not locked: any admin of the vault can delete them"


def asks_in_words(place: Place, deployment: Deployment, name: str) -> Iterator[str]:
    """Lines about what the file of a vault must say of this deployment, whose setting `prefix` is `name`, to
    copy its points; none unless the place is a vault that something is copied to.

    No file says in which account it is deployed.
    """
    copied = [
        policy for policy in deployment.policies if any(rule.to == place.name for rule in policy.copies)
    ]
    if not place.is_vault or not copied:
        return
    clusters = [each.name for each in deployment.clusters if any(each.name in one.clusters for one in copied)]
    guide = "docs/vault.md"
    yield f"{place.name} copies nothing until the vault's file ({guide}) names this deployment:"
    yield "  sources:"
    yield f"    {name}:"
    yield '      account: "ACCOUNT"  # of this deployment: aws sts get-caller-identity'
    yield f"      region: {deployment.clusters[0].region}"
    yield f"      deployment: {name}"
    yield f"      clusters: [{', '.join(clusters)}]"
