"""Builders that turn ports into services, one module per capability."""
