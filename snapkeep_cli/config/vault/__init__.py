"""The file of a vault: `vault:` instead of `clusters:` and `policies:`."""
