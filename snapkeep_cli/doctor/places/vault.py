"""The checks of a place in another account, as far as this account can see it."""

from __future__ import annotations

from collections.abc import Iterator

from snapkeep.domain.copies.kms_keys import cannot_be_shared, is_of_aws, refused_to
from snapkeep_cli.doctor import commands
from snapkeep_cli.doctor.facts import Unknown
from snapkeep_cli.doctor.findings import Finding, cannot_tell, listed, ok, problem
from snapkeep_cli.doctor.places.facts import ClaimKey, PlaceFacts, VaultFacts

BUS, KEYS, SEPARATION = "bus", "keys of claims", "separation"


def bus(facts: PlaceFacts, there: VaultFacts) -> Iterator[Finding]:
    """The vault's bus takes events of this account."""
    place, refusal = facts.place, there.refusal
    if isinstance(refusal, Unknown):
        yield cannot_tell(BUS, refusal)
    elif refusal:
        text = (
            f"{place.vault_bus} accepts no events from account {facts.account} ({refusal}): name the account "
            f"under vault.sources in the config of account {place.account}, and deploy there"
        )
        yield problem(BUS, text)
    else:
        yield ok(BUS, f"{place.vault_bus} accepts events from account {facts.account}")


def keys_of_claims(facts: PlaceFacts, there: VaultFacts) -> Iterator[Finding]:
    """The vault's account may use the keys of the claims' snapshots, which are those of their volumes."""
    if isinstance(there.keys, Unknown):
        yield cannot_tell(KEYS, there.keys)
        return
    good = 0
    for arn, key in there.keys.items():
        found = _of_key(facts, there, arn, key)
        good += found is None
        if found:
            yield found
    if good or not there.keys:
        yield ok(
            KEYS, f"account {facts.place.account} may use {good} of {len(there.keys)} keys of claims' volumes"
        )


def separation(facts: PlaceFacts, there: VaultFacts) -> Iterator[Finding]:
    """Nobody of this account can delete or unlock the vault's copies, or disable their key.

    EC2 lets only the owner delete or unlock a snapshot, and KMS lets no other account disable or delete a
    key. What remains are ways into the vault's account, of which this account sees the organization only.
    https://docs.aws.amazon.com/kms/latest/APIReference/API_DisableKey.html
    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_access-cross-account-role.html
    """
    vault, ours, management = facts.place.account, facts.account, there.management
    wrong = list(_ways_in(facts, there))
    for text in wrong:
        yield problem(SEPARATION, text)
    if isinstance(management, Unknown):
        yield cannot_tell(SEPARATION, management)
    if not wrong:
        yield ok(
            SEPARATION,
            f"account {ours} owns nothing in account {vault}, so nobody here can delete or unlock a copy or "
            "disable its key, unless a role there lets them in. Only the vault's account shows its roles; "
            'run there: aws iam list-roles --query "Roles[?contains(to_string(AssumeRolePolicyDocument), '
            f"'{ours}')].Arn\" --output text",
        )


def _ways_in(facts: PlaceFacts, there: VaultFacts) -> Iterator[str]:
    vault, ours = facts.place.account, facts.account
    if vault == ours:
        yield f"account {ours} is the vault's own: whoever takes it over takes the copies, too"
    elif there.management == ours:
        yield (
            f"account {ours} is the management account of the organization, whose admins can enter account "
            f"{vault} and close it: keep clusters in a member account, or the vault in no organization"
        )
    elif there.management == vault:
        yield (
            f"the vault's account {vault} is the management account of the organization, which no "
            "organization policy binds: use a member account"
        )
    if there.lets_in and vault != ours:
        yield (
            f"the policy of the vault's key {facts.place.kms_key} lets account {ours} in, which needs "
            "no right to it: take the account out of the policy"
        )


def _of_key(facts: PlaceFacts, there: VaultFacts, arn: str, key: ClaimKey | Unknown) -> Finding | None:
    """What is wrong with a key of claims' volumes; None if nothing is."""
    claims = f"claims {listed(list(there.claims[arn]))}"
    if isinstance(key, Unknown):
        return cannot_tell(KEYS, key)
    if is_of_aws(key.described):
        return problem(KEYS, f"{claims} {cannot_be_shared(arn)}")
    if isinstance(key.policy, Unknown):
        return cannot_tell(KEYS, key.policy)
    account = facts.place.account
    refused = refused_to(account, key.policy)
    if not refused:
        return None
    text = (
        f"{claims} cannot be copied: key {arn} does not allow account {account} {', '.join(refused)}: add a "
        f"statement for arn:aws:iam::{account}:root with these actions to its policy"
    )
    show = ("kms", "get-key-policy", "--key-id", arn, "--policy-name", "default")
    return problem(KEYS, text, commands.aws(facts.visit, *show, "--query", "Policy", "--output", "text"))
