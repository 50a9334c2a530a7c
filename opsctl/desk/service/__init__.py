"""The use cases of the desk: `database` makes one and looks at it, `retiring` takes a person out of every room."""
