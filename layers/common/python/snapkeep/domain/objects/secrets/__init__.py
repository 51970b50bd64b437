"""Secrets beside the points of a run: which are saved, and how they are encrypted."""
