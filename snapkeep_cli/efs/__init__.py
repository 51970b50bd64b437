"""Restores of claims on EFS: what runs with the person's own rights in the cluster."""
