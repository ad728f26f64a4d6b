"""What a store keeps, lists, refuses and removes: the same in SQLite and PostgreSQL."""

from datetime import UTC, datetime
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from interviewer.domain import Closed, Event, Said, Started
from interviewer.errors import Conflict, SessionError, StoreError
from interviewer.store import SqlStore
from tests.store.samples import NOON, after, later_events, said, started, starts, summary

fresh_numbers = count()


def spoil(url: str, statement: str) -> None:
    """Change the database behind the store's back."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_events_come_back_in_their_order_after_reopening(url: str) -> None:
    events: list[Event] = [started(), said(0), said(1), Closed(why="ended", at=after(2))]
    with SqlStore(url) as store:
        store.create("one", started())
        for version, event in enumerate(events[1:], start=1):
            store.append("one", version, event, summary("one", version))
    with SqlStore(url) as store:
        assert store.events("one") == tuple(events)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=starts, events=st.lists(later_events, max_size=4))
def test_any_event_survives_the_round_trip(
    store: SqlStore, first: Started, events: list[Event]
) -> None:
    name = f"round-{next(fresh_numbers)}"
    store.create(name, first)
    for version, event in enumerate(events, start=1):
        store.append(name, version, event, summary(name, version))
    assert store.events(name) == (first, *events)
    [listed] = [s for s in store.summaries() if s.id == name]
    assert (listed.started, listed.settings) == (first.at, first.settings)


@pytest.mark.parametrize("fold", [0, 1])
def test_the_hour_that_comes_twice_keeps_its_instant(store: SqlStore, fold: int) -> None:
    zone = ZoneInfo("America/Indiana/Indianapolis")
    at = datetime(2016, 11, 6, 1, 0, tzinfo=zone, fold=fold)
    store.create("one", started(at))
    [first], [listed] = store.events("one"), store.summaries()
    assert isinstance(first, Started)
    assert first.at.timestamp() == listed.started.timestamp() == at.timestamp()


@pytest.mark.parametrize("version", [0, 1, 3], ids=["first again", "taken", "gap"])
def test_only_the_next_version_is_taken(store: SqlStore, version: int) -> None:
    store.create("one", started())
    store.append("one", 1, said(0, "mine"), summary("one", 1))
    with pytest.raises(Conflict, match="moved on in another window: reload the page"):
        store.append("one", version, said(0, "theirs"), summary("one", 9))
    assert store.events("one") == (started(), said(0, "mine"))
    assert [s.answered for s in store.summaries()] == [1]


def test_an_id_is_taken_once(store: SqlStore) -> None:
    store.create("one", started(), owner="ada")
    with pytest.raises(Conflict):
        store.create("one", started(after(5)), owner="bob")
    assert store.events("one") == (started(),)
    assert store.summaries(owner="bob") == []


def test_event_and_summary_are_stored_both_or_neither(store: SqlStore) -> None:
    store.create("one", started())
    naive = Closed(why="time", at=datetime(2026, 5, 4, 12))  # noqa: DTZ001
    with pytest.raises(StoreError, match="time zone"):
        store.append("one", 1, naive, summary("one", 1, 0.5))
    assert store.events("one") == (started(),)
    assert store.summaries() == [summary("one")]
    store.append("one", 1, said(0), summary("one", 1, 0.5))


def test_summaries_are_the_latest_first_and_an_owners_own(store: SqlStore) -> None:
    for minute, (name, owner) in enumerate([("a", "ada"), ("b", "bob"), ("c", "ada")]):
        store.create(name, started(after(minute)), owner)
    store.append("a", 1, said(5), summary("a", 5, 0.25))
    assert [s.id for s in store.summaries()] == ["a", "c", "b"]
    assert [s.id for s in store.summaries(owner="ada")] == ["a", "c"]
    assert [s.id for s in store.summaries(owner="ada", limit=1)] == ["a"]
    assert store.summaries(owner="") == []
    assert store.summaries()[0] == summary("a", 5, 0.25)


def test_a_summary_keeps_its_times_whatever_their_zone(store: SqlStore) -> None:
    elsewhere = datetime.fromisoformat("2026-05-04T17:45:00+05:45")
    store.create("one", started(elsewhere))
    [listed] = store.summaries()
    assert listed.started == NOON == elsewhere
    assert listed.updated.tzinfo is UTC
    assert listed.score is None


def test_deleting_takes_the_events_too(url: str, store: SqlStore) -> None:
    for name in ("one", "two"):
        store.create(name, started())
        store.append(name, 1, said(0), summary(name, 1))
    store.delete("one")
    assert [s.id for s in store.summaries()] == ["two"]
    engine = create_engine(url)
    with engine.connect() as connection:
        left = connection.scalars(text("SELECT DISTINCT interview_id FROM event")).all()
    engine.dispose()
    assert left == ["two"]


@pytest.mark.parametrize("name", ["gone", "", "x" * 81, "nul\x00", "lone\ud800", "'; --\n"])
def test_an_unknown_interview_is_said_in_one_line(store: SqlStore, name: str) -> None:
    for attempt in (
        lambda: store.events(name),
        lambda: store.delete(name),
        lambda: store.append(name, 1, said(0), summary("one")),
    ):
        with pytest.raises(SessionError, match=r"no interview .*`interviewer sessions list`") as e:
            attempt()
        assert not isinstance(e.value, Conflict)


@pytest.mark.parametrize(("name", "owner"), [("", ""), ("x" * 81, ""), ("a\nb", ""), ("a", "\x00")])
def test_an_impossible_id_or_owner_is_not_stored(store: SqlStore, name: str, owner: str) -> None:
    with pytest.raises(ValueError, match="printable"):
        store.create(name, started(), owner)
    assert store.summaries() == []


@pytest.mark.parametrize(
    ("statement", "complaint"),
    [
        ("UPDATE event SET payload = '{}' WHERE version = 1", "event 1 is damaged"),
        ("UPDATE event SET payload = '[1]' WHERE version = 1", "event 1 is damaged"),
        ("DELETE FROM event WHERE version = 1", "event 1 is missing"),
        ("DELETE FROM event WHERE version = 2", "event 2 is missing"),
        ("DELETE FROM event", "event 0 is missing"),
    ],
)
def test_a_damaged_event_is_named(
    url: str, store: SqlStore, statement: str, complaint: str
) -> None:
    store.create("one", started())
    for version in (1, 2):
        store.append("one", version, said(version), summary("one", version))
    spoil(url, statement)
    with pytest.raises(SessionError, match=f"interview one: {complaint}.*sessions delete one"):
        store.events("one")


def test_a_damaged_summary_is_named(url: str, store: SqlStore) -> None:
    store.create("one", started())
    spoil(url, "UPDATE interview SET settings = '{\"questions\": 99}'")
    with pytest.raises(SessionError, match=r"interview one: its row is damaged \(questions:"):
        store.summaries()


def test_a_very_long_answer_is_kept_whole(store: SqlStore) -> None:
    answer = "naïve Bayes 🙂 " * 20_000
    store.create("one", started())
    store.append("one", 1, said(0, answer), summary("one", 1))
    stored = store.events("one")[1]
    assert isinstance(stored, Said)
    assert stored.turn.text == answer.strip()
