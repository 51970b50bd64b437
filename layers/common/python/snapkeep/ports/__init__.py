"""What the services need from the outside world: one module per role.

Every method raises `TemporaryError` when a later attempt may succeed and `PermanentError` when it cannot;
errors of boto3 and the Kubernetes client never pass through.
"""
