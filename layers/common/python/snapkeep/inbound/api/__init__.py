"""The HTTP API: requests become values of the domain, values of the domain become answers."""
