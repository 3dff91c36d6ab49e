"""A page in the browser: move the levers of the debate and watch a small country month by month (``tredegar app``).

Needs the extra ``app``. Sliders, their ranges and their labels come from the tables of parameters and outcomes. What is
shown is one run of a small country: to answer a question, sweep. The page and all that it needs come from this process,
which listens on the loopback alone.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ..model.failed_run import RunFailed
from .country import CLINICIANS, TRUSTS, Countries, Gone, plots, sliders
from .html import page_html

MOST_BYTES = 10_000
"""Of what a page may send."""


class _Answers(BaseHTTPRequestHandler):
    """Answers to one visitor's browser; nobody else's page may ask (Host and Origin say whose it is)."""

    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Send the page."""
        if not self._is_for_us() or self.path != "/":
            self._send(404, "text/plain; charset=utf-8", "there is one page, /\n")
            return
        self._send(
            200, "text/html; charset=utf-8", page_html(sliders(), plots(), {"trusts": TRUSTS, "clinicians": CLINICIANS})
        )

    def do_POST(self) -> None:
        """Start a country or let months pass in it."""
        acts: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "/start": self.server.countries.start,
            "/months": self.server.countries.go_on,
        }
        length = self.headers.get("Content-Length", "")
        if not self._is_for_us() or self.path not in acts or not length.isdigit() or int(length) > MOST_BYTES:
            self.close_connection = True
            self._say(404, "nothing is here")
            return
        try:
            asked = json.loads(self.rfile.read(int(length)))
            if not isinstance(asked, dict):
                raise ValueError("an object is expected")
            self._send(200, "application/json", json.dumps(acts[self.path](asked)))
        except Gone as gone:
            self._say(410, str(gone))
        except (ValueError, RunFailed) as error:
            self._say(400, str(error))

    def _is_for_us(self) -> bool:
        host, origin = self.headers.get("Host"), self.headers.get("Origin")
        return host in self.server.hosts and (origin is None or origin.removeprefix("http://") in self.server.hosts)

    def _say(self, status: int, error: str) -> None:
        self._send(status, "application/json", json.dumps({"error": error}))

    def _send(self, status: int, kind: str, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Security-Policy", "default-src 'none'; connect-src 'self'; img-src data:; "
                         "style-src 'unsafe-inline'; script-src 'unsafe-inline'")  # fmt: skip
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
        """Say nothing: a line for each month would bury what matters."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Answers)
        self.countries = Countries()
        # Another name that leads here, or a page from elsewhere, is refused: it would be somebody else's.
        self.hosts = {f"{name}:{self.server_port}" for name in ("127.0.0.1", "localhost")}

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say what went wrong, save that a browser has left."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def server(port: int = 0) -> ThreadingHTTPServer:
    """Return a server of the page on the loopback, at ``port`` or, for 0, at a free one; ``serve_forever`` runs it.

    Raises OSError where the port is taken.
    """
    return _Server(port)
