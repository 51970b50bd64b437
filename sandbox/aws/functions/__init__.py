"""Lambda functions, run as AWS runs them: each in a clean process that sees its zip and its layers only."""
