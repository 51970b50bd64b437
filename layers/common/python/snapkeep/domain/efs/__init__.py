"""Volumes on EFS: whole file systems are backed up by AWS Backup, and claims are folders in them."""
