"""The tables, the migrations and the revision in the code agree; what does not is refused."""

import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

import interviewer.store.migrations
from interviewer.errors import StoreError
from interviewer.store import SqlStore, schema
from tests.store.samples import started

OPEN_AND_TELL = """
import sys
from interviewer.store import SqlStore
with SqlStore(sys.argv[1]) as store:
    print(len(store.summaries()), [m for m in ("alembic", "sqlalchemy.orm") if m in sys.modules])
"""


def test_migrations_make_exactly_the_tables_of_the_schema(url: str, store: SqlStore) -> None:
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": schema.REVISION_TABLE, "compare_type": True}
        )
        assert compare_metadata(context, schema.metadata) == []
    engine.dispose()


def test_the_code_names_every_migration_in_order() -> None:
    scripts = ScriptDirectory(str(interviewer.store.migrations.__path__[0]))
    newest_first = [script.revision for script in scripts.walk_revisions()]
    assert tuple(reversed(newest_first)) == schema.REVISIONS


def test_a_newer_database_is_refused_and_left_alone(url: str) -> None:
    with SqlStore(url) as store:
        store.create("one", started())
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE {schema.REVISION_TABLE} SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"written by a newer interviewer .*update the inter"):
        SqlStore(url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM event")) == 1
    engine.dispose()


def test_a_migration_that_fails_leaves_nothing(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:  # in the way of the second table of the first migration
        connection.execute(text("CREATE TABLE event (other integer)"))
    with pytest.raises(StoreError, match="already exists"):
        SqlStore(url)
    assert inspect(engine).get_table_names() == ["event"]
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE event"))
    engine.dispose()
    with SqlStore(url) as store:
        assert store.summaries() == []


def test_opening_a_current_database_imports_no_alembic(url: str) -> None:
    with SqlStore(url) as store:
        store.create("one", started())
    command = [sys.executable, "-c", OPEN_AND_TELL, url]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert told.stdout == "1 []\n"
