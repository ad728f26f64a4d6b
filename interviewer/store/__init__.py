"""Where interviews are kept: an append-only list of events each, in SQLite or PostgreSQL.

The only room that knows SQLAlchemy and Alembic. It stores events and reads them back; what
they add up to is `interviewer.interview`'s business.
"""

from interviewer.store.address import database_url
from interviewer.store.sql_store import SqlStore

__all__ = ["SqlStore", "database_url"]
