"""The words of people and customers."""

PERSON_ADDED = "person.added"
PERSON_EDITED = "person.edited"
PERSON_RETIRED = "person.retired"
CUSTOMER_ADDED = "customer.added"
CUSTOMER_EDITED = "customer.edited"
