"""An AWS account on a simulated clock: what would take hours passes in seconds, the same way every time."""
