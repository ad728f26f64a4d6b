"""What Alembic runs: it migrates on the connection, and in the transaction, of the caller."""

from alembic import context

from interviewer.store.schema import REVISION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=REVISION_TABLE,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
