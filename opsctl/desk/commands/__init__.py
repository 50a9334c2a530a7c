"""The desk's commands: `start` has init and demo, `database` has db, `retiring` a verb of persons."""
