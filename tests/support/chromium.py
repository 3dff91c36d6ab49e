"""A headless Chromium that tests drive through two pipes: pages are opened, clicked and measured."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .waiting import end, wait_until

BROWSER = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)


class Tab:
    """One tab: what it was told is done when a method returns; what it said and fetched is kept.

    Attributes: ``fetched`` (addresses asked for), ``console`` (what the page said there, and errors of scripts).
    """

    def __init__(self, browser: _Pipe, width: int) -> None:
        self.fetched: list[str] = []
        self.console: list[str] = []
        self._browser = browser
        context = browser.call("Target.createBrowserContext")["browserContextId"]  # cookies and storage of its own
        target = browser.call("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        self._session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        browser.heard[self._session] = self._hear
        for domain in ("Network", "Runtime", "Page"):
            self._call(f"{domain}.enable")
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=844 if width < 800 else 900,
                   deviceScaleFactor=1, mobile=width < 800)  # fmt: skip

    def open(self, address: str) -> None:
        """Go to ``address`` and wait until it has loaded."""
        failed = self._call("Page.navigate", url=address).get("errorText")
        assert not failed, f"{address}: {failed}"
        self.wait_for("document.readyState == 'complete' && location.href != 'about:blank'")

    def do(self, script: str) -> Any:
        """Return the value of an expression in the page (of a promise: what it brings)."""
        done = self._call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in done, done["exceptionDetails"]
        return done["result"].get("value")

    def wait_for(self, script: str) -> None:
        """Wait until an expression is true in the page."""
        wait_until(lambda: self.do(script), lambda: f"never true: {script}; the console said {self.console}")

    def picture(self, path: Path, whole: bool = False) -> None:
        """Write what is seen, or the ``whole`` page, as a PNG file."""
        shot = self._call("Page.captureScreenshot", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(shot["data"]))

    def _call(self, method: str, **arguments: Any) -> dict[str, Any]:
        return self._browser.call(method, self._session, **arguments)

    def _hear(self, event: dict[str, Any]) -> None:
        told = event["params"]
        if event["method"] == "Network.requestWillBeSent":
            self.fetched.append(told["request"]["url"])
        elif event["method"] == "Network.webSocketCreated":
            self.fetched.append(told["url"])
        elif event["method"] == "Runtime.consoleAPICalled":
            self.console.append(" ".join(str(one.get("value", one.get("description"))) for one in told["args"]))
        elif event["method"] == "Runtime.exceptionThrown":
            self.console.append(str(told["exceptionDetails"]))


class _Pipe:
    """The two pipes to the browser: messages are JSON, each ended by a NUL."""

    def __init__(self, into: int, out_of: int) -> None:
        self.heard: dict[str, Any] = {}
        self._into, self._out_of, self._last = os.fdopen(into, "wb", 0), os.fdopen(out_of, "rb", 0), 0
        self._rest = b""

    def call(self, method: str, session: str | None = None, **arguments: Any) -> dict[str, Any]:
        self._last += 1
        message = {"id": self._last, "method": method, "params": arguments}
        self._into.write(json.dumps(message | ({"sessionId": session} if session else {})).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._last:
                assert "error" not in answer, f"{method}: {answer['error']}"
                found: dict[str, Any] = answer["result"]
                return found
            if "method" in answer and answer.get("sessionId") in self.heard:
                self.heard[answer["sessionId"]](answer)

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            more = self._out_of.read(1 << 16)
            assert more, "the browser ended"
            self._rest += more
        message, _, self._rest = self._rest.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found

    def close(self) -> None:
        self._into.close()
        self._out_of.close()


@contextmanager
def chromium(folder: Path) -> Iterator[Callable[[int], Tab]]:
    """Start a browser with its profile in ``folder``; yield a function that opens a tab of some width in pixels."""
    assert BROWSER is not None
    theirs_in, into = os.pipe()
    out_of, theirs_out = os.pipe()
    # The browser reads its file 3 and writes its file 4.
    plumbing = f'exec "$0" "$@" 3<&{theirs_in} 4>&{theirs_out}'
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-proxy-server", "--disable-dev-shm-usage",
               "--remote-debugging-pipe", f"--user-data-dir={folder}/profile"]  # fmt: skip
    process = subprocess.Popen(
        ["bash", "-c", plumbing, BROWSER, *options],
        pass_fds=(theirs_in, theirs_out),
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        text=True,
        env=os.environ | {"HOME": str(folder)},
    )
    os.close(theirs_in)
    os.close(theirs_out)
    pipe = _Pipe(into, out_of)
    try:
        yield lambda width: Tab(pipe, width)
    finally:
        pipe.close()
        end(process)
