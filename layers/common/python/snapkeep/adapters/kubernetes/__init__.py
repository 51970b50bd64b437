"""The Kubernetes API of EKS clusters, as plain dictionaries.

The client's typed APIs build thousands of models on import; a function that lists claims needs none of them
and starts about a second faster without.
"""
