"""Programs whose cold start is measured, each in its own interpreter.

Each ends with one line of JSON: `cpu_s`, from its first line to ready clients, and `modules`.
"""
