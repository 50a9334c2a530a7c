"""Completion by TAB: a script for each shell, written from the tree of commands, and the quick call it makes.

Names, options and choices stand in the script. What only the database knows, such as references and handles, is asked
for by `opsctl completions --of NOUN.WORD -- BEGINNING`, which loads neither Typer nor SQLAlchemy.
"""
