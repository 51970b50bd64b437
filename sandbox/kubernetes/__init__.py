"""The cluster half of a laptop-sized EKS: a small Kubernetes API server built on the standard library."""
