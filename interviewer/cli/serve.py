"""`interviewer app`: the web page."""

import os
import socket
import sys
from typing import Annotated

import typer

from interviewer import resources
from interviewer.cli.console import services
from interviewer.errors import AddressInUse


def serve(
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8501,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
) -> None:
    """Open the web app."""
    _must_be_free(host, port)
    with services() as parts:
        # Built here, where a progress bar can be seen; the page then finds it ready.
        _ = parts.index, parts.store
    typer.echo(f"The interviewer is at http://{host}:{port} (stop it with Ctrl-C)", err=True)
    sys.stdout.flush()
    sys.stderr.flush()
    script = str(resources.folder("app.py"))
    flags = {
        "server.address": host,
        "server.port": port,
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "none",
    }
    command = [sys.executable, "-m", "streamlit", "run", script]
    os.execv(sys.executable, [*command, *(f"--{k}={v}" for k, v in flags.items())])  # noqa: S606


def _must_be_free(host: str, port: int) -> None:
    """Raises `AddressInUse`: Streamlit itself would quietly exit or take another port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise AddressInUse(
                f"{host}:{port} cannot be used ({error.strerror}): "
                "stop what listens there, or choose another with --port"
            ) from error
