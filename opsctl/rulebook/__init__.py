"""The rulebook (规章): what must be done, by whom, how often, to what target.

A *book* is written in TOML, validated whole, and *applied*: stored as a *version* that never changes. Several books may
be in force; a name stands in one of them only. Every apply begins a new *generation*: the rules in force from then on.
Records are stamped with the generation they were judged by, so an old figure never changes with a new book.
"""
