"""Restores of claims on EFS, whose folders AWS Backup writes into a directory that a person looks for."""
