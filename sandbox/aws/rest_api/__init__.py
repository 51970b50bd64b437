"""How the sandbox serves a REST API of API Gateway, where ministack alone does not do what AWS does."""
