"""The index on a real Chroma server on the loopback."""

import http.server
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from interviewer.bank import Bank
from interviewer.errors import IndexUnavailable
from interviewer.retrieval import OnnxEncoder, open_index
from tests.retrieval.test_index import ENCODED, Counting


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def server(
    tmp_path: Path,
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    port = _free_port()
    command = [str(Path(sys.executable).with_name("chroma")), "run", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--path", str(tmp_path / "server")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.05)
        assert process.poll() is None, "the Chroma server did not start"
        yield f"http://127.0.0.1:{port}", process
        process.kill()


def test_shared_by_two_and_older_collections_kept(
    server: tuple[str, subprocess.Popen[bytes]], bank: Bank, encoder: OnnxEncoder, tmp_path: Path
) -> None:
    url, _ = server
    one, other = Counting(encoder, "one"), Counting(encoder, "other")
    with open_index(bank, one, tmp_path, url) as first:
        assert one.encoded == ENCODED
        # Another process with another encoder leaves the first one's collection alone.
        with open_index(bank, other, tmp_path, url) as second:
            expected = second.search("dropout", 3)
        assert first.search("dropout", 3) == expected
        assert expected[0].question_id == "dropout"
    one.encoded = 0
    with open_index(bank, one, tmp_path, url), open_index(bank, one, tmp_path, url):
        assert one.encoded == 0
    assert not (tmp_path / "index").exists()


def test_a_server_that_goes_away_is_one_line(
    server: tuple[str, subprocess.Popen[bytes]], bank: Bank, encoder: OnnxEncoder, tmp_path: Path
) -> None:
    url, process = server
    with open_index(bank, encoder, tmp_path, url) as index:
        process.kill()
        process.wait()
        with pytest.raises(IndexUnavailable, match="start the server, or unset CHROMA_URL") as gone:
            index.search("dropout")
    assert url in str(gone.value)
    with pytest.raises(IndexUnavailable, match="start the server, or unset CHROMA_URL"):
        open_index(bank, encoder, tmp_path, url)


class _Elsewhere(http.server.BaseHTTPRequestHandler):
    """A web server that is no Chroma."""

    def do_GET(self) -> None:
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        pass


def test_a_server_of_another_kind_is_one_line(
    bank: Bank, encoder: OnnxEncoder, tmp_path: Path
) -> None:
    with http.server.HTTPServer(("127.0.0.1", 0), _Elsewhere) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        with pytest.raises(IndexUnavailable) as caught:
            open_index(bank, encoder, tmp_path, f"http://127.0.0.1:{other.server_port}")
        other.shutdown()
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400
