"""The adapter to OpenAI-compatible endpoints; the only module that imports langchain or openai.

The libraries below send once, wait for ever and parse nothing: sending again, deadlines and the
way an object is asked for are decided in `calls` and here.
"""

import json
import warnings
from collections.abc import Callable, Coroutine, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, SecretStr

from interviewer.errors import ModelUnavailable, ReplyUnusable, UsageError
from interviewer.llm import background, failures, ladder
from interviewer.llm.calls import Call, Caller, Refused, Spent
from interviewer.llm.failures import Failure
from interviewer.llm.ladder import Rung, RungMemory
from interviewer.llm.model import Message, Object, Schema, Text, Usage
from interviewer.llm.replies import ThoughtFilter, read, without_thought

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage

T = TypeVar("T")

OPENAI = "https://api.openai.com/v1"
PLACEHOLDER = "none-needed"
"""For servers without keys (Ollama, vLLM): the client insists on one."""
CONNECT = 10.0
"""Seconds to wait for a connection."""
_HTTP_STACK = {"openai", "httpx", "httpx2", "httpcore", "httpcore2", "h11", "h2", "anyio", "ssl"}
_MALFORMED = (ValueError, TypeError, LookupError, AttributeError)
_OPTIONAL = ("temperature", "stream_options")
"""Parameters left out for good where an endpoint complains of them by name."""


class LangChainModel:
    """A model behind `/chat/completions`: see `LanguageModel` for what its methods raise.

    `timeout` counts seconds and bounds a whole call. `caller` takes what `Caller` takes besides
    (breaker, clock, sleep, chance). Raises `UsageError` without an address and without a key.
    """

    def __init__(
        self,
        model: str,
        base_url: str = "",
        api_key: SecretStr | str = "",
        *,
        timeout: float = 45.0,
        rungs: RungMemory | None = None,
        spent: Spent | None = None,
        **caller: Any,
    ) -> None:
        self._key = api_key if isinstance(api_key, SecretStr) else SecretStr(api_key)
        if not base_url and not self._key.get_secret_value():
            raise UsageError("no language model is set up: set OPENAI_API_KEY or OPENAI_BASE_URL")
        self._name = model
        self._where = failures.shown(base_url or OPENAI)
        self._rungs = rungs or RungMemory()
        self._caller = Caller(self._where, timeout, self._meaning, spent, **caller)
        self._dropped: frozenset[str] = frozenset()
        self._connect(base_url or OPENAI, timeout)

    def _connect(self, url: str, timeout: float) -> None:
        import openai
        from langchain.chat_models import init_chat_model

        # Its advice on structured output is for programmers, and the ladder follows it anyway.
        warnings.filterwarnings("ignore", category=UserWarning, module="langchain_openai")
        seconds = openai.Timeout(timeout, connect=min(CONNECT, timeout))
        self._http = openai.DefaultAsyncHttpxClient(timeout=seconds)
        self._chat: Any = init_chat_model(
            f"openai:{self._name}",
            base_url=url,
            api_key=self._key if self._key.get_secret_value() else SecretStr(PLACEHOLDER),
            timeout=seconds,
            max_retries=0,
            use_responses_api=False,
            stream_usage=False,
            stream_chunk_timeout=None,
            http_async_client=self._http,
        )

    @property
    def name(self) -> str:
        """The model's name."""
        return self._name

    @property
    def rung(self) -> Rung | None:
        """The way of asking for objects that is known to work here, if any yet."""
        return self._rungs.known(self._where, self._name)

    def close(self) -> None:
        """Close the connections."""
        background.run(self._http.aclose())

    def write(self, messages: Sequence[Message]) -> Text:
        """A reply in words."""
        with self._caller.call() as call:
            said, _ = background.run(call.in_time(self._ask(call, messages, {})))
            text = self._wanted(without_thought(said).strip())
        return Text(text, call.usage, call.seconds, call.requests)

    def stream(self, messages: Sequence[Message]) -> Iterator[str]:
        """A reply in words, piece by piece; it is sent again only before the first piece."""
        with self._caller.call() as call:

            def work(emit: Callable[[str], None]) -> Coroutine[Any, Any, None]:
                return call.in_time(self._tell(call, messages, emit))

            yield from background.iterate(work)

    def decide(self, messages: Sequence[Message], schema: type[Schema]) -> Object[Schema]:
        """A reply as an object of the schema, by the first rung of the ladder that holds."""
        with self._caller.call() as call:
            value = background.run(call.in_time(self._descend(call, messages, schema)))
        return Object(value, call.usage, call.seconds, call.requests)

    async def _descend(
        self, call: Call, messages: Sequence[Message], schema: type[Schema]
    ) -> Schema:
        refused = Refused()
        for rung in ladder.downward(self.rung):
            asked = ladder.in_words(messages, schema) if rung is Rung.WORDS else messages
            form = {"temperature": 0, **_form(rung, schema)}
            try:
                said, called = await self._ask(call, asked, form)
                if _ignored(rung, said, called):
                    continue
                value = await self._object(call, asked, form, said, schema)
            except Refused as error:
                refused = error
                continue
            self._rungs.keep(self._where, self._name, rung)
            return value
        raise ReplyUnusable(str(refused))

    async def _object(
        self,
        call: Call,
        asked: Sequence[Message],
        form: dict[str, Any],
        said: str,
        schema: type[Schema],
    ) -> Schema:
        """The object in a reply, or in the one that comes after its faults were named."""
        result = read(self._wanted(said), schema)
        if result.value is None:
            again = ladder.mending(asked, said, result.complaint)
            said, _ = await self._ask(call, again, form)
            result = read(self._wanted(said), schema)
        if result.value is None:
            raise ReplyUnusable(
                f"{self._name} did not reply in the form asked for, not even when told what was "
                f"wrong ({failures.cleaned(result.complaint, '')}): choose another model"
            )
        return result.value

    async def _ask(
        self, call: Call, messages: Sequence[Message], form: dict[str, Any]
    ) -> tuple[str, bool]:
        """What a model says at once, and whether it says it as a function's arguments."""

        async def request() -> tuple[str, bool]:
            message = await self._chat.ainvoke(_chat(messages), **self._kept(form))
            call.usage += _usage(message)
            return self._said(message)

        return await self._accepted(call, request)

    async def _tell(
        self, call: Call, messages: Sequence[Message], emit: Callable[[str], None]
    ) -> None:
        """Emit what a model says as it comes."""
        begun = False

        def pass_on(piece: str) -> None:
            nonlocal begun
            if piece := piece if begun else piece.lstrip():
                begun = True
                emit(piece)

        async def request() -> str:
            form = self._kept({"stream_options": {"include_usage": True}})
            thought, ended = ThoughtFilter(), ""
            try:
                async for message in self._chat.astream(_chat(messages), **form):
                    call.usage += _usage(message)
                    ended = message.response_metadata.get("finish_reason") or ended
                    pass_on(thought.feed(message.text))
                if not ended:
                    raise ConnectionError("the stream stopped without an end")
            except Exception as error:
                if begun and (failure := self._meaning(error)):
                    raise ModelUnavailable(failure.message) from None
                raise
            pass_on(thought.rest())
            return ended

        self._check_end(await self._accepted(call, request))
        self._wanted("something" if begun else "")

    async def _accepted(self, call: Call, request: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Send, and again without the optional parameters that the endpoint complains of."""
        while True:
            # Other calls may drop one before this one's refusal comes: that is no answer to it.
            dropped = self._dropped
            try:
                return await call.send(request)
            except Refused as refused:
                named = {name for name in _OPTIONAL if name in str(refused)} - dropped
                if not named:
                    raise
                self._dropped |= named

    def _kept(self, form: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in form.items() if name not in self._dropped}

    def _meaning(self, error: Exception) -> Failure | None:
        """What an error of the libraries means; None if it is none of theirs."""
        from openai import APIStatusError

        if isinstance(error, APIStatusError):
            return failures.of_status(
                error.status_code,
                error.response.headers,
                failures.cleaned(error.message, self._key.get_secret_value()),
                self._where,
                self._name,
                datetime.now(UTC),
            )
        families = {cls.__module__.partition(".")[0] for cls in type(error).__mro__}
        if isinstance(error, OSError) or families & _HTTP_STACK:
            return failures.unreachable(self._where)
        return failures.not_a_chat_reply(self._where) if isinstance(error, _MALFORMED) else None

    def _said(self, message: "AIMessage") -> tuple[str, bool]:
        if message.additional_kwargs.get("refusal"):
            raise ReplyUnusable(f"{self._name} refused to reply: try again, or another model")
        self._check_end(message.response_metadata.get("finish_reason") or "")
        for call in (*message.tool_calls, *message.invalid_tool_calls):
            arguments = call["args"]
            return (arguments if isinstance(arguments, str) else json.dumps(arguments)), True
        return str(message.text), False

    def _check_end(self, finish_reason: str) -> None:
        if finish_reason == "length":
            raise ReplyUnusable(
                f"{self._name} was cut off at its longest reply: raise the server's limit of "
                f"tokens or its context length"
            )
        if finish_reason == "content_filter":
            raise ReplyUnusable(f"{self._name} refused to reply: its content filter stopped it")

    def _wanted(self, text: str) -> str:
        if not text.strip():
            raise ReplyUnusable(f"{self._name} sent an empty reply: try again, or another model")
        return text


def _form(rung: Rung, schema: type[BaseModel]) -> dict[str, Any]:
    """The parameters that ask for an object.

    `response_format` goes through `extra_body`: named directly, the client would parse the reply
    itself and throw away what it cannot.
    """
    import openai

    if rung is Rung.SCHEMA:
        strict = openai.pydantic_function_tool(schema)["function"]["parameters"]
        named = {"name": ladder.TOOL, "strict": True, "schema": strict}
        return {"extra_body": {"response_format": {"type": "json_schema", "json_schema": named}}}
    if rung is Rung.TOOL:
        function = {"name": ladder.TOOL, "parameters": schema.model_json_schema()}
        return {
            "tools": [{"type": "function", "function": function}],
            "tool_choice": {"type": "function", "function": {"name": ladder.TOOL}},
        }
    return {}


def _ignored(rung: Rung, said: str, called: bool) -> bool:
    """Whether the server took the request and overlooked the form it asks for."""
    if rung is Rung.WORDS or called or "{" in said:
        return False
    return rung is Rung.TOOL or bool(said.strip())


def _chat(messages: Sequence[Message]) -> list[tuple[str, str]]:
    return [(message.role.value, message.text) for message in messages]


def _usage(message: "AIMessage") -> Usage:
    counted = message.usage_metadata
    return Usage(counted["input_tokens"], counted["output_tokens"]) if counted else Usage()
