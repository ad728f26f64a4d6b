"""An in-process server speaking `/v1/chat/completions`, with every fault a real one may have.

It follows a script, a behaviour a request, or asks `respond`. Tests reach it over real HTTP:

    with Endpoint(ok("hello"), too_many(retry_after=1), obj({"verdict": "met"})) as endpoint:
        model = endpoint.model()
"""

import json
import select
import socket
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from email.message import Message as Headers
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any, Self

from pydantic import BaseModel

from interviewer.llm.langchain_model import LangChainModel

KEY = "sk-test-0123456789abcdefSECRET"
NAME = "scripted"


@dataclass(frozen=True)
class Reply:
    """How one request is answered; `ok`, `obj` and the others below make the usual ones.

    `found` goes where the request wants its object: a function's arguments or the content;
    `arguments` stand in for it, as they are, when a function is called. A stream sends `pieces`
    (or `text` in two) and waits for `hold` after the first. After so many pieces (0: at once)
    `cut` closes the connection and `silent` keeps it without a word. `usage` is tokens in, out.
    """

    text: str = ""
    found: Any = None
    arguments: str | None = None
    pieces: tuple[str, ...] = ()
    finish: str = "stop"
    refusal: str | None = None
    status: int = 200
    headers: Mapping[str, str] | None = None
    error: str = ""
    body: bytes | None = None
    delay: float = 0.0
    hold: Event | None = None
    cut: int | None = None
    silent: int | None = None
    usage: tuple[int, int] | None = (100, 20)
    schema: bool = True
    tools: bool = True


@dataclass(frozen=True)
class Request:
    """What came in."""

    path: str
    headers: Headers
    body: dict[str, Any]

    @property
    def messages(self) -> list[dict[str, str]]:
        """Its messages: `role` and `content`."""
        return list(self.body.get("messages", []))

    @property
    def text(self) -> str:
        """All it says, as one string."""
        return "\n\n".join(message["content"] for message in self.messages)

    @property
    def streamed(self) -> bool:
        return bool(self.body.get("stream"))

    @property
    def asks_schema(self) -> bool:
        return "response_format" in self.body

    @property
    def asks_tool(self) -> bool:
        return "tools" in self.body

    @property
    def rung(self) -> str:
        """The way it asks for an object, by the ladder's names."""
        if self.asks_schema:
            return "json_schema"
        return "function_calling" if self.asks_tool else "words"


Responder = Callable[[Request], Reply | str | Mapping[str, Any] | BaseModel]


def ok(text: str = "Fine.", **more: Any) -> Reply:
    return Reply(text=text, **more)


def streamed(*pieces: str, **more: Any) -> Reply:
    return Reply(pieces=pieces, **more)


def obj(found: Mapping[str, Any] | BaseModel, **more: Any) -> Reply:
    plain = found.model_dump(mode="json") if isinstance(found, BaseModel) else dict(found)
    return Reply(found=plain, **more)


def too_many(retry_after: float | str | None = None) -> Reply:
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Reply(status=429, headers=headers, error="Rate limit reached")


def broken(status: int = 500) -> Reply:
    return Reply(status=status, error="The server had an error")


def refused_key() -> Reply:
    return Reply(status=401, error=f"Incorrect API key provided: {KEY}")


def cut(after: int = 1, text: str = "This is never said to the end.") -> Reply:
    return Reply(text=text, cut=after)


def silence(after: int = 0, text: str = "This takes for ever.") -> Reply:
    """Not a word more until the endpoint closes or the client goes away."""
    return Reply(text=text, silent=after)


def truncated(found: Mapping[str, Any], finish: str = "stop") -> Reply:
    whole = json.dumps(found)
    return Reply(text=whole[: len(whole) * 2 // 3], finish=finish)


def fenced(found: Mapping[str, Any]) -> Reply:
    return Reply(text=f"Here it is:\n```json\n{json.dumps(found, indent=1)}\n```\nAnything else?")


def prose(text: str = "On the whole a fine answer; I would give it seven of ten.") -> Reply:
    return Reply(text=text)


def refusal() -> Reply:
    return Reply(refusal="I cannot help with that.")


def empty() -> Reply:
    return Reply(text="")


def tools_ignored(text: str = "Let me think about that in words.") -> Reply:
    return Reply(text=text, tools=False)


def schema_rejected(found: Mapping[str, Any] | None = None) -> Reply:
    """400 if the request has a `response_format`, in OpenAI's words; else as `obj`."""
    return Reply(found=found, schema=False)


class Endpoint:
    """The server. A request beyond the script gets 418, so that a test cannot pass by luck."""

    def __init__(self, *script: Reply, respond: Responder | None = None) -> None:
        self.requests: list[Request] = []
        self.gone = Event()
        """Set when a client closed its connection before the reply was at its end."""
        self.released = Event()
        self._script = deque(script)
        self._respond = respond
        self._lock = Lock()
        self._models: list[LangChainModel] = []
        self._server: _Server | None = None
        self._port = 0
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/v1"

    @property
    def left(self) -> int:
        """How much of the script nobody has asked for."""
        return len(self._script)

    def then(self, *script: Reply) -> None:
        """More script."""
        self._script.extend(script)

    def model(self, **options: Any) -> LangChainModel:
        """A model that talks to this endpoint; closed with it."""
        options = {"model": NAME, "base_url": self.url, "api_key": KEY, **options}
        model = LangChainModel(**options)
        self._models.append(model)
        return model

    def start(self) -> None:
        """Listen; after `stop`, at the same address."""
        self._server = _Server(("127.0.0.1", self._port), _Handler)
        self._server.endpoint = self
        self._port = self._server.server_address[1]
        Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        """Be gone, connections too."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server.drop_connections()
            self._server = None

    def close(self) -> None:
        self.released.set()
        for model in self._models:
            model.close()
        self.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def next(self, request: Request) -> Reply:
        with self._lock:
            self.requests.append(request)
            if self._script:
                return self._script.popleft()
        if self._respond is None:
            return Reply(status=418, error=f"request {len(self.requests)} is not in the script")
        said = self._respond(request)
        if isinstance(said, Reply):
            return said
        return ok(said) if isinstance(said, str) else obj(said)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 128
    endpoint: Endpoint

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def drop_connections(self) -> None:
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no error of the server's."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._send(200, {"object": "list", "data": [{"id": NAME, "object": "model"}]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        request = Request(self.path, self.headers, body)
        if self.path != "/v1/chat/completions":
            self._send(404, {"error": {"message": f"no route {self.path}"}})
            return
        reply = self.server.endpoint.next(request)
        try:
            self._wait(reply.delay)
            self._answer(request, reply)
        except OSError:
            self.server.endpoint.gone.set()
            self.close_connection = True

    def _answer(self, request: Request, reply: Reply) -> None:
        if request.asks_schema and not reply.schema:
            words = "'response_format' of type 'json_schema' is not supported with this model"
            reply = Reply(status=400, error=f"Invalid parameter: {words}")
        if reply.body is not None:
            self._send_bytes(reply.status, "text/html", reply.body, reply.headers)
        elif reply.status != 200:
            fault = {"message": reply.error, "type": "error", "code": None}
            self._send(reply.status, {"error": fault}, reply.headers)
        elif request.streamed:
            self._stream(request, reply)
        elif reply.silent is not None:
            self._silence()
        elif reply.cut is not None:
            self._cut_whole(request, reply)
        else:
            self._send(200, _completion(request, reply), reply.headers)

    def _stream(self, request: Request, reply: Reply) -> None:
        pieces = reply.pieces or _halves(reply.text)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for number, piece in enumerate(pieces):
            if self._is_time(reply, number):
                return
            if number == 1 and reply.hold:
                self._wait(60, reply.hold)
            self._event({"choices": [{"index": 0, "delta": {"content": piece}}]})
        if self._is_time(reply, len(pieces)):
            return
        self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": reply.finish}]})
        if request.body.get("stream_options", {}).get("include_usage") and reply.usage:
            self._event({"choices": [], "usage": _usage(*reply.usage)})
        self._chunk(b"data: [DONE]\n\n")
        self._chunk(b"")

    def _is_time(self, reply: Reply, sent: int) -> bool:
        """Whether the fault of the script comes now; if so, it has happened."""
        if reply.silent == sent:
            self._silence()
        elif reply.cut == sent:
            self._reset()
        else:
            return False
        return True

    def _event(self, chunk: dict[str, Any]) -> None:
        head = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": NAME}
        self._chunk(f"data: {json.dumps({**head, **chunk})}\n\n".encode())

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def _cut_whole(self, request: Request, reply: Reply) -> None:
        data = json.dumps(_completion(request, reply)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: len(data) // 2] if reply.cut else b"")
        self._reset()

    def _reset(self) -> None:
        """Break the connection off as a crashed server does."""
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def _silence(self) -> None:
        self._wait(60)
        self.close_connection = True

    def _wait(self, seconds: float, event: Event | None = None) -> None:
        """Until the event, the end of the test or the time; OSError if the client goes away."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and not self.server.endpoint.released.is_set():
            if event and event.wait(0.005):
                return
            patience = 0.0 if event else min(left, 0.1)
            readable, _, _ = select.select([self.connection], [], [], patience)
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                raise ConnectionAbortedError("the client is gone")

    def _send(self, status: int, body: Any, headers: Mapping[str, str] | None = None) -> None:
        self._send_bytes(status, "application/json", json.dumps(body).encode(), headers)

    def _send_bytes(
        self, status: int, kind: str, data: bytes, headers: Mapping[str, str] | None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


def _completion(request: Request, reply: Reply) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": reply.text}
    if reply.refusal:
        message |= {"content": None, "refusal": reply.refusal}
    elif reply.found is not None and request.asks_tool and reply.tools:
        name = request.body["tools"][0]["function"]["name"]
        function = {"name": name, "arguments": reply.arguments or json.dumps(reply.found)}
        message["content"] = None
        message["tool_calls"] = [{"id": "t1", "type": "function", "function": function}]
    elif reply.found is not None:
        message["content"] = json.dumps(reply.found)
    finish = "tool_calls" if "tool_calls" in message else reply.finish
    done = {"id": "c1", "object": "chat.completion", "created": 1, "model": NAME}
    done |= {"choices": [{"index": 0, "message": message, "finish_reason": finish}]}
    return {**done, "usage": _usage(*reply.usage)} if reply.usage else done


def _usage(asked: int, said: int) -> dict[str, int]:
    return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}


def _halves(text: str) -> Sequence[str]:
    middle = len(text) // 2
    return [piece for piece in (text[:middle], text[middle:]) if piece]


def slow(reply: Reply, seconds: float) -> Reply:
    """The same, so many seconds later."""
    return replace(reply, delay=seconds)
