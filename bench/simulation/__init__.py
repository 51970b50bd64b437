"""An AWS account on a simulated clock: hours pass in seconds, the same way every time."""
