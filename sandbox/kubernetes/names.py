"""The form of names, label keys and label values. Source: k8s.io/apimachinery `pkg/util/validation`."""

from __future__ import annotations

import re

from sandbox.kubernetes.causes import Causes, invalid_value

LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
PATH_SEGMENT = re.compile(r"(?!\.{1,2}$)[^/%]+")
_LABEL_VALUE = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")

SUBDOMAIN_TEXT = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
    "start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    r"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
LABEL_TEXT = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start "
    "and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
)
_LABEL_VALUE_TEXT = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must "
    "start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used "
    "for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
)
_KEY_TEXT = (
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with "
    "an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for "
    "validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
)


def value_causes(field: str, value: str) -> Causes:
    """What is wrong with a label's or taint's value."""
    if len(value) > 63:
        return invalid_value(field, value, "must be no more than 63 bytes")
    return [] if _LABEL_VALUE.fullmatch(value) else invalid_value(field, value, _LABEL_VALUE_TEXT)


def key_causes(field: str, key: str) -> Causes:
    """What is wrong with a label's, annotation's or taint's key."""
    prefix, slash, name = key.rpartition("/")
    if not name:
        text = "name part must be non-empty"
        return invalid_value(field, key, text) + invalid_value(field, key, _KEY_TEXT)
    if not _LABEL_VALUE.fullmatch(name):
        return invalid_value(field, key, _KEY_TEXT)
    if len(name) > 63:
        return invalid_value(field, key, "name part must be no more than 63 bytes")
    if slash and not SUBDOMAIN.fullmatch(prefix):
        return invalid_value(field, key, f"prefix part {SUBDOMAIN_TEXT}")
    return []
