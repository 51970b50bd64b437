"""Ports become services: a builder for each service, in a module for each capability."""
