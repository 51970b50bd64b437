"""The cluster half of a laptop-sized EKS: a small Kubernetes API server on the standard library."""
