"""The Kubernetes objects beside the points of a run: which are saved, how they are cleaned, what is not."""
