"""The command kit: what every room's `commands.py` stands on.

`groups` loads a room's commands when they are named and lets global options stand before or after the verb, `options`
are those, `help` draws the help pages, `context` gives a command its clock, zone, database, `perform`, `read` and
`emit`, `output` shows, `rooms` is what a line of the table of rooms says, `hostfile` reads opsctl.toml, `programs` runs
what it names, `usage` says wrong usage in the reader's language.
"""
