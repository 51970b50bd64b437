"""The Kubernetes API of EKS clusters, through the official client's lowest layer and plain dictionaries.

The client's typed APIs build thousands of models on import; a function that lists claims needs none of them
and starts about a second faster without.
"""
