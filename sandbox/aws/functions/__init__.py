"""Lambda functions, run as AWS runs them: each in a clean process that sees only its zip and its layers."""
