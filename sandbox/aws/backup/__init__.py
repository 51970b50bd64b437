"""AWS Backup for EFS file systems: jobs with time, recovery points, restores, and their events."""
