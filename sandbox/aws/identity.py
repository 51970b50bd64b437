"""Whose AWS this is, for whoever writes configs before it runs."""

ACCOUNT = "111122223333"
REGION = "ap-northeast-2"
