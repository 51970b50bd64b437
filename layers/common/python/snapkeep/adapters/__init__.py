"""The ports implemented for AWS, Kubernetes and HTML. Each port says what its methods promise."""
