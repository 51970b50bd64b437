"""What the use cases need of the world, in our words: a module for each role.

Every method raises `TemporaryError` when a later attempt may succeed and `PermanentError` when
it cannot; nothing of boto3 or the Kubernetes client passes through.
"""
