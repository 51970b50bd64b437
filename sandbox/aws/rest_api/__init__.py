"""How the sandbox serves an API Gateway REST API where ministack alone differs from AWS."""
