"""The ports implemented for AWS, Kubernetes and HTML: what a method promises is said at its port."""
