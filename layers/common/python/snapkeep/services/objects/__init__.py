"""Saves the Kubernetes objects beside the points of a run."""
