"""The desk's commands, a module each; `database` has db, `start` has init, `retiring…` add a verb to other rooms."""
