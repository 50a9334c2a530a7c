"""The words of people and customers."""

from typing import Any

PERSON_ADDED = "person.added"
PERSON_EDITED = "person.edited"
PERSON_RETIRED = "person.retired"
CUSTOMER_ADDED = "customer.added"
CUSTOMER_EDITED = "customer.edited"

ME = frozenset({"me", "我"})
"""What stands for whoever asks, where a person is named in a filter."""
PERSON = "person:"
CUSTOMER = "customer:"
"""What stands before a handle in the ledger, for an asset may have the same one."""

CUSTOMER_COMPLETES: dict[str, dict[str, Any]] = {
    "CUSTOMER": {"table": "customer", "key": "code", "title": "name", "title_zh": "name_zh", "order": "code"}
}
"""What completes a word by TAB, in the terms of `opsctl.cli.completions.sources.Source`."""
_PERSON = {
    "table": "person",
    "key": "handle",
    "title": "name",
    "order": "retired_at IS NOT NULL, handle",
    "of": {"retire": "retired_at IS NULL"},
}
PERSON_COMPLETES: dict[str, dict[str, Any]] = {"PERSON": {**_PERSON, "also": ("me",)}, "WHO": _PERSON}
