"""Every fault of an endpoint, over real HTTP: a right reply or a one-line error, never a hang."""

import logging
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict

from interviewer.errors import InterviewerError, ModelUnavailable, ReplyUnusable, UsageError
from interviewer.llm import Message, Role, Usage
from interviewer.llm.ladder import Rung, RungMemory
from interviewer.llm.langchain_model import LangChainModel
from tests.endpoint import (
    KEY,
    Endpoint,
    Reply,
    Request,
    broken,
    cut,
    empty,
    fenced,
    obj,
    ok,
    prose,
    refusal,
    refused_key,
    schema_rejected,
    silence,
    slow,
    streamed,
    too_many,
    tools_ignored,
    truncated,
)
from tests.llm.conftest import ASKED, Pauses


class Finding(BaseModel):
    """A verdict with its words."""

    model_config = ConfigDict(extra="forbid")

    verdict: Literal["met", "missed"]
    quote: str = ""


FOUND = {"verdict": "met", "quote": "it drops units"}
VALUE = Finding(verdict="met", quote="it drops units")


def test_a_reply_in_words_comes_with_what_it_took(endpoint: Endpoint) -> None:
    endpoint.then(ok("Dropout switches units off.", usage=(12, 5)))
    reply = endpoint.model().write(ASKED)
    assert reply.text == "Dropout switches units off."
    assert (reply.usage, reply.calls) == (Usage(12, 5), 1)
    assert reply.seconds > 0
    [request] = endpoint.requests
    assert request.messages == [
        {"role": "system", "content": "You judge."},
        {"role": "user", "content": "What is dropout?"},
    ]
    assert "temperature" not in request.body


def test_an_object_is_asked_for_by_schema_first(endpoint: Endpoint) -> None:
    endpoint.then(obj(FOUND))
    model = endpoint.model()
    reply = model.decide(ASKED, Finding)
    assert (reply.value, reply.usage, reply.calls) == (VALUE, Usage(100, 20), 1)
    [request] = endpoint.requests
    form = request.body["response_format"]["json_schema"]
    assert form["strict"]
    assert form["schema"]["required"] == ["verdict", "quote"]
    assert request.body["temperature"] == 0
    assert model.rung is Rung.SCHEMA


@pytest.mark.parametrize(
    "reply",
    [
        fenced(FOUND),
        ok(f"{{it}} is so: {{'no': 1}} {str(FOUND).replace(chr(39), chr(34))} Well."),
        ok('{"verdict": "met", "quote": "it drops units",}'),
        ok('<think>{"verdict": "missed"}</think>{"verdict": "met", "quote": "it drops units"}'),
    ],
    ids=["fenced", "prose around", "trailing comma", "thought"],
)
def test_an_object_is_found_in_what_is_wrapped_around_it(endpoint: Endpoint, reply: Reply) -> None:
    endpoint.then(reply)
    assert endpoint.model().decide(ASKED, Finding).value == VALUE
    assert len(endpoint.requests) == 1


def test_json_schema_rejected_moves_down_a_rung_and_is_remembered(endpoint: Endpoint) -> None:
    endpoint.then(schema_rejected(), obj(FOUND), obj(FOUND))
    model = endpoint.model()
    assert model.decide(ASKED, Finding).value == VALUE
    assert model.decide(ASKED, Finding).value == VALUE
    rungs = [request.rung for request in endpoint.requests]
    assert rungs == ["json_schema", "function_calling", "function_calling"]
    assert model.rung is Rung.TOOL


def test_ignored_tools_move_down_to_words(endpoint: Endpoint) -> None:
    endpoint.then(schema_rejected(), tools_ignored(), fenced(FOUND), fenced(FOUND))
    model = endpoint.model()
    assert model.decide(ASKED, Finding).calls == 3
    assert model.decide(ASKED, Finding).calls == 1
    last = endpoint.requests[-1]
    assert last.rung == "words"
    assert [m["role"] for m in last.messages] == ["system", "user"]
    assert '"verdict"' in last.messages[0]["content"]


def test_prose_where_a_schema_was_given_counts_as_ignored(endpoint: Endpoint) -> None:
    endpoint.then(prose(), obj(FOUND))
    assert endpoint.model().decide(ASKED, Finding).value == VALUE
    assert [request.rung for request in endpoint.requests] == ["json_schema", "function_calling"]


def test_prose_on_every_rung_is_unusable_and_teaches_nothing(endpoint: Endpoint) -> None:
    endpoint.then(*[prose()] * 4)
    model = endpoint.model()
    with pytest.raises(ReplyUnusable, match="form asked for"):
        model.decide(ASKED, Finding)
    assert model.rung is None


def test_an_outage_moves_down_no_rung(endpoint: Endpoint, pauses: Pauses) -> None:
    endpoint.then(broken(), too_many(), obj(FOUND))
    assert endpoint.model(sleep=pauses).decide(ASKED, Finding).value == VALUE
    assert {request.rung for request in endpoint.requests} == {"json_schema"}


def test_the_rung_outlives_the_process(endpoint: Endpoint, tmp_path: Path) -> None:
    file = tmp_path / "home" / "rungs.json"
    endpoint.then(schema_rejected(), obj(FOUND), obj(FOUND))
    endpoint.model(rungs=RungMemory(file)).decide(ASKED, Finding)
    endpoint.model(rungs=RungMemory(file)).decide(ASKED, Finding)
    assert endpoint.requests[-1].rung == "function_calling"
    assert KEY not in file.read_text()


@pytest.mark.parametrize(
    "bad",
    [truncated(FOUND), obj({"verdict": "brilliant"}), obj({"verdict": "met", "score": 9})],
    ids=["truncated", "unknown verdict", "invented field"],
)
def test_a_bad_object_is_mended_once(endpoint: Endpoint, bad: Reply) -> None:
    endpoint.then(bad, obj(FOUND))
    reply = endpoint.model().decide(ASKED, Finding)
    assert (reply.value, reply.calls, reply.usage) == (VALUE, 2, Usage(200, 40))
    assert [m["role"] for m in endpoint.requests[1].messages][-2:] == ["assistant", "user"]
    complaint = endpoint.requests[1].messages[-1]["content"]
    assert any(word in complaint for word in ("no complete JSON", "verdict:", "score:"))


def test_a_bad_object_is_mended_once_only(endpoint: Endpoint) -> None:
    endpoint.then(obj({"verdict": "brilliant"}), obj({"verdict": "superb"}))
    with pytest.raises(ReplyUnusable, match="verdict"):
        endpoint.model().decide(ASKED, Finding)
    assert endpoint.left == 0


def test_arguments_that_are_no_json_are_mended_too(endpoint: Endpoint) -> None:
    endpoint.then(schema_rejected(), obj(FOUND, arguments='{"verdict": "met'), obj(FOUND))
    reply = endpoint.model().decide(ASKED, Finding)
    assert (reply.value, reply.calls) == (VALUE, 3)


@pytest.mark.parametrize(
    ("reply", "named"),
    [
        (refusal(), "refused"),
        (empty(), "empty"),
        (ok("cut of", finish="length"), "cut off"),
        (ok("", finish="content_filter"), "filter"),
        (Reply(body=b"<html>Welcome to the hotel</html>"), "OPENAI_BASE_URL"),
        (Reply(body=b"{}"), "OPENAI_BASE_URL"),
        (broken(418), "418"),
    ],
)
@pytest.mark.parametrize("method", ["write", "decide"])
def test_a_reply_of_no_use(endpoint: Endpoint, reply: Reply, named: str, method: str) -> None:
    endpoint.then(reply)
    model = endpoint.model()
    with pytest.raises(ReplyUnusable, match=named) as caught:
        model.write(ASKED) if method == "write" else model.decide(ASKED, Finding)
    assert "\n" not in str(caught.value)
    assert endpoint.left == 0


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize("method", ["write", "stream"])
def test_a_request_for_words_that_is_refused_says_why(
    endpoint: Endpoint, status: int, method: str
) -> None:
    endpoint.then(Reply(status=status, error="this model takes no system message"))
    model = endpoint.model()
    with pytest.raises(ReplyUnusable, match=r"no system message.*INTERVIEWER_MODEL") as caught:
        model.write(ASKED) if method == "write" else list(model.stream(ASKED))
    assert "\n" not in str(caught.value)
    assert endpoint.left == 0


@pytest.mark.parametrize(
    "fault",
    [broken(), broken(503), too_many(), cut(), cut(0)],
    ids=["500", "503", "429", "cut", "no body"],
)
def test_a_passing_fault_is_tried_again(endpoint: Endpoint, pauses: Pauses, fault: Reply) -> None:
    endpoint.then(fault, fault, ok("At last."))
    reply = endpoint.model(sleep=pauses, chance=lambda: 0.0).write(ASKED)
    assert (reply.text, reply.calls) == ("At last.", 3)
    assert pauses.seconds == [0.25, 0.5]


@pytest.mark.parametrize("fault", [broken(), too_many(), cut()], ids=["500", "429", "cut"])
def test_three_attempts_are_all(endpoint: Endpoint, pauses: Pauses, fault: Reply) -> None:
    endpoint.then(*[fault] * 4)
    with pytest.raises(ModelUnavailable, match="http://127"):
        endpoint.model(sleep=pauses).write(ASKED)
    assert endpoint.left == 1


@pytest.mark.parametrize(
    ("fault", "named"),
    [(refused_key(), "OPENAI_API_KEY"), (broken(404), "INTERVIEWER_MODEL")],
)
def test_what_cannot_pass_is_not_tried_again(endpoint: Endpoint, fault: Reply, named: str) -> None:
    endpoint.then(fault, ok())
    with pytest.raises(ModelUnavailable, match=named):
        endpoint.model().write(ASKED)
    assert endpoint.left == 1


def test_retry_after_is_honoured(endpoint: Endpoint, pauses: Pauses) -> None:
    endpoint.then(too_many(7), ok())
    endpoint.model(sleep=pauses, chance=lambda: 0.0).write(ASKED)
    assert pauses.seconds == [7.0]


def test_nobody_waits_past_the_deadline(endpoint: Endpoint, pauses: Pauses) -> None:
    endpoint.then(too_many(60), ok())
    with pytest.raises(ModelUnavailable, match="429"):
        endpoint.model(sleep=pauses, timeout=45).write(ASKED)
    assert pauses.seconds == []


def test_silence_ends_at_the_deadline(endpoint: Endpoint) -> None:
    endpoint.then(silence(), silence())
    model = endpoint.model(timeout=0.2)
    with pytest.raises(ModelUnavailable, match=r"within 0\.2 s.*INTERVIEWER_TIMEOUT"):
        model.decide(ASKED, Finding)
    with pytest.raises(ModelUnavailable, match=r"within 0\.2 s"):
        list(model.stream(ASKED))


def test_silence_in_mid_stream_ends_at_the_deadline(endpoint: Endpoint) -> None:
    endpoint.then(silence(after=1))
    stream = endpoint.model(timeout=2).stream(ASKED)
    assert next(stream)
    with pytest.raises(ModelUnavailable, match="within 2 s"):
        list(stream)
    assert endpoint.gone.wait(5)


def test_a_stream_comes_as_it_is_said(endpoint: Endpoint) -> None:
    hold = Event()
    took: list[tuple[Usage, int]] = []
    endpoint.then(streamed("What ", "about ", "noise?", hold=hold, usage=(30, 3)))
    model = endpoint.model(spent=lambda usage, _, requests: took.append((usage, requests)))
    stream = model.stream(ASKED)
    assert next(stream) == "What "
    assert not hold.is_set()
    hold.set()
    assert list(stream) == ["about ", "noise?"]
    assert took == [(Usage(30, 3), 1)]


def test_a_closed_stream_closes_the_connection(endpoint: Endpoint) -> None:
    endpoint.then(silence(after=1), ok("Next."))
    model = endpoint.model()
    stream = model.stream(ASKED)
    assert next(stream)
    assert isinstance(stream, Iterator)
    stream.close()  # type: ignore[attr-defined]
    assert endpoint.gone.wait(5)
    assert model.write(ASKED).text == "Next."


def test_a_stream_cut_at_its_start_is_sent_again(endpoint: Endpoint, pauses: Pauses) -> None:
    endpoint.then(cut(0), too_many(), streamed("What ", "now?"))
    assert "".join(endpoint.model(sleep=pauses).stream(ASKED)) == "What now?"


def test_a_stream_cut_after_words_is_not_said_twice(endpoint: Endpoint, pauses: Pauses) -> None:
    endpoint.then(cut(1), ok("Again."))
    stream = endpoint.model(sleep=pauses).stream(ASKED)
    assert next(stream)
    with pytest.raises(ModelUnavailable, match="broke off"):
        list(stream)
    assert endpoint.left == 1


def test_a_stream_that_stops_without_an_end_broke_off(endpoint: Endpoint) -> None:
    endpoint.then(streamed("Half a ", "sentence", finish=""))
    with pytest.raises(ModelUnavailable, match="broke off"):
        list(endpoint.model().stream(ASKED))


@pytest.mark.parametrize("reply", [empty(), ok("So", finish="length")], ids=["empty", "length"])
def test_a_stream_of_no_use(endpoint: Endpoint, reply: Reply) -> None:
    endpoint.then(reply)
    with pytest.raises(ReplyUnusable):
        list(endpoint.model().stream(ASKED))


def test_a_stream_leaves_the_thought_out(endpoint: Endpoint) -> None:
    endpoint.then(streamed("<th", "ink>Hm, ", "the poin", "t.</think>", "\n\nWhy ", "so?"))
    assert list(endpoint.model().stream(ASKED)) == ["Why ", "so?"]


@pytest.mark.parametrize("name", ["temperature", "stream_options"])
def test_a_parameter_the_endpoint_complains_of_is_left_out(name: str) -> None:
    def respond(request: Request) -> Reply:
        if name in request.body:
            return Reply(status=400, error=f"Unsupported parameter: '{name}'")
        return obj(FOUND) if request.asks_schema else ok("Said.")

    with Endpoint(respond=respond) as endpoint:
        model = endpoint.model()
        for _ in range(2):
            assert model.decide(ASKED, Finding).value == VALUE
            assert "".join(model.stream(ASKED)) == "Said."
        assert len(endpoint.requests) == 5
        assert model.rung is Rung.SCHEMA


def test_a_parameter_refused_to_calls_at_once_costs_none_of_them_its_rung() -> None:
    both_sent = Barrier(2)

    def respond(request: Request) -> Reply:
        if "temperature" in request.body:
            both_sent.wait()
            return Reply(status=400, error="Unsupported parameter: 'temperature'")
        return obj(FOUND)

    with Endpoint(respond=respond) as endpoint:
        model = endpoint.model()
        with ThreadPoolExecutor(2) as pool:
            replies = list(pool.map(lambda _: model.decide(ASKED, Finding).value, range(2)))
        assert replies == [VALUE, VALUE]
        assert [request.rung for request in endpoint.requests] == ["json_schema"] * 4
        assert model.rung is Rung.SCHEMA


def test_a_dead_endpoint_costs_nothing_until_it_may_be_back(
    endpoint: Endpoint, pauses: Pauses
) -> None:
    now = [0.0]
    model = endpoint.model(sleep=pauses, clock=lambda: now[0])
    endpoint.stop()
    for _ in range(2):
        with pytest.raises(ModelUnavailable, match="cannot be reached"):
            model.write(ASKED)
    endpoint.start()
    endpoint.then(ok("Back."), ok("Still here."))
    for method in (lambda: model.write(ASKED), lambda: list(model.stream(ASKED))):
        with pytest.raises(ModelUnavailable, match="tried again in 30 s"):
            method()
    assert endpoint.requests == []
    now[0] = 31.0
    assert model.write(ASKED).text == "Back."
    assert model.write(ASKED).text == "Still here."


def test_many_threads_share_a_model() -> None:
    with Endpoint(respond=lambda request: slow(ok(request.text), 0.02)) as endpoint:
        model = endpoint.model()
        with ThreadPoolExecutor(16) as pool:
            replies = list(
                pool.map(lambda i: model.write([Message(Role.USER, f"number {i}")]).text, range(64))
            )
    assert replies == [f"number {i}" for i in range(64)]


def test_a_server_without_keys_gets_a_placeholder(endpoint: Endpoint) -> None:
    endpoint.then(ok())
    endpoint.model(api_key="").write(ASKED)
    assert endpoint.requests[0].headers["Authorization"] == "Bearer none-needed"
    with pytest.raises(UsageError, match="OPENAI_BASE_URL"):
        LangChainModel("gpt")


FAULTS: dict[str, Callable[[], Reply]] = {
    "key refused, and said back": refused_key,
    "forbidden": lambda: Reply(status=403, error=f"Bearer {KEY}"),
    "bad request, and said back": lambda: Reply(status=400, error=f"Authorization: {KEY}"),
    "no model": lambda: Reply(status=404, error=KEY),
    "limit": lambda: Reply(status=429, error=f"{KEY} insufficient_quota"),
    "failing": lambda: Reply(status=500, error=KEY),
    "cut": cut,
    "silent": silence,
    "no completion": lambda: Reply(body=KEY.encode()),
    "hostile object": lambda: obj({"verdict": KEY}),
}


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_the_key_is_never_shown(
    endpoint: Endpoint, pauses: Pauses, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    endpoint.then(*[FAULTS[fault]()] * 3)
    model = endpoint.model(sleep=pauses, timeout=2 if fault == "silent" else 45)
    with pytest.raises(InterviewerError) as caught:
        model.decide(ASKED, Finding)
    assert endpoint.requests[0].headers["Authorization"] == f"Bearer {KEY}"
    logged = "".join(str(vars(record)) + record.getMessage() for record in caplog.records)
    shown = "".join(traceback.format_exception(caught.value))
    for text in (
        str(caught.value),
        repr(caught.value),
        shown,
        logged,
        repr(model),
        str(vars(model)),
    ):
        assert KEY not in text
        assert KEY[3:-6] not in text
