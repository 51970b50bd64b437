"""The HTTP API: translates requests to domain values, and domain values to responses."""
