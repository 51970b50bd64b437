"""Programs whose cold start is measured, each run in an interpreter of its own.

Each ends with one line of JSON: `cpu_s`, from its first line to ready clients, and `modules`.
"""
