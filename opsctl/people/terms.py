"""The words of people and customers."""

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
