"""The tables: an interview with its summary, and its events.

A change here needs a migration in `migrations/versions` and its name at the end of
`REVISIONS`; tests hold the three together.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    TypeDecorator,
)

REVISIONS = ("0001",)
"""The migrations in their order. The last one is what this code reads and writes."""

REVISION_TABLE = "interviewer_schema"
"""Where a database says which revision it has: a name of our own, as others use Alembic too."""


class UtcTime(TypeDecorator[datetime]):
    """A moment. SQLite forgets time zones, so it is stored, and comes back, in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _: Dialect) -> datetime | None:
        """To UTC; a time without a zone is a mistake of the caller."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a time zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _: Dialect) -> datetime | None:
        """From UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    }
)

interview = Table(
    "interview",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("owner", String(320), nullable=False),
    Column("started", UtcTime, nullable=False),
    Column("updated", UtcTime, nullable=False),
    Column("settings", JSON, nullable=False),
    Column("answered", Integer, nullable=False),
    Column("questions", Integer, nullable=False),
    Column("score", Float),
    Column("closed", Boolean, nullable=False),
    # How many events there are, which is also the version the next one must have.
    Column("events", Integer, nullable=False),
)
Index(None, interview.c.owner, interview.c.updated)

event = Table(
    "event",
    metadata,
    Column(
        "interview_id",
        ForeignKey("interview.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("type", String(16), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("payload", JSON, nullable=False),
)
