"""AWS Backup for file systems of EFS: jobs with time, recovery points, restores, and their events."""
