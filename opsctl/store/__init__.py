"""The store: one database, SQLite or PostgreSQL, and the only ways into it.

`address` reads what names a database, `engine` opens it, `unit` writes one transaction or reads one snapshot,
`references` gives out INC-2026-0042, `columns` has the column types that rooms use, `migrate` brings a schema up
to date. What differs between the backends stands in `sqlite` and `postgres` alone.
"""
