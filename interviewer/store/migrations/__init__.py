"""Alembic's migrations, run by `interviewer.store.engine` when a database is opened."""
