"""Numbered revisions of the schema, for Alembic. A revision that was released is never edited."""
