"""The desk: what belongs to no single room.

`init` makes a database, `demo` an invented company to look around in, `db` looks after the database itself,
`person retire` takes a person out of every room.
"""
