"""How long a user waits: `interviewer bank list` cold, and the first page in a real browser.

    python -m benchmarks.startup [RUNS]

Prints the median, least and most of RUNS (default 5) runs, in seconds. The page is timed from
the start of `interviewer app` (index built before) and from the browser's request.
"""

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable

FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


def main() -> None:
    """Measure and print."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "INTERVIEWER_HOME": home}
        show(
            "bank list", [timed(lambda: command(environment, "bank", "list")) for _ in range(runs)]
        )
        command(environment, "bank", "search", "builds the index")
        show(
            "doctor (all parts)",
            [timed(lambda: command(environment, "doctor")) for _ in range(runs)],
        )
        started, drawn = zip(*(page(environment) for _ in range(runs)), strict=True)
        show("app answers after", list(started))
        show("first page drawn in", list(drawn))


def command(environment: dict[str, str], *arguments: str) -> None:
    """Run `interviewer` with these arguments."""
    subprocess.run(
        [sys.executable, "-m", "interviewer", *arguments],
        env=environment,
        check=True,
        capture_output=True,
    )


def timed(action: Callable[[], None]) -> float:
    """Seconds an action takes."""
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def page(environment: dict[str, str]) -> tuple[float, float]:
    """Seconds until the server answers, and from then until the first page is drawn."""
    from playwright.sync_api import sync_playwright

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    begin = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, "-m", "interviewer", "app", "--port", str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health"):
                    break
            except (urllib.error.URLError, OSError):
                time.sleep(0.02)
        up = time.perf_counter() - begin
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=FLAGS
            )
            tab = browser.new_page()
            begin = time.perf_counter()
            tab.goto(f"http://127.0.0.1:{port}")
            tab.get_by_role("button", name="Start the interview").wait_for()
            drawn = time.perf_counter() - begin
            browser.close()
    finally:
        server.kill()
        server.wait()
    return up, drawn


def show(what: str, seconds: list[float]) -> None:
    """A line with median, least and most."""
    print(
        f"{what:22} median {statistics.median(seconds):5.2f} s   "
        f"({min(seconds):.2f} to {max(seconds):.2f}, n = {len(seconds)})"
    )


if __name__ == "__main__":
    main()
