"""An HTTP proxy before an S3 server that breaks what rules name, and passes on all the rest unchanged.

A client signs for the address that it talks to, so the Host header goes on as it came and signatures stay true.
"""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

_BLOCK = 1 << 16
_NO_CONTENT = (204, 304)
_OF_ONE_CONNECTION = ("connection", "keep-alive", "transfer-encoding", "expect")


class _Cut(Exception):
    """The connection ends here, by a rule or because a side is gone."""


@dataclass
class Request:
    """A request that came by. status: of the answer that the client got; 0 if it got none."""

    method: str
    path: str
    query: str
    status: int


@dataclass
class Rule:
    """What is done to requests that fit. The regular expressions are searched in what they name.

    action: one of the methods of Faults
    skip:   so many that fit are passed on first
    times:  so many are broken after that; None: all
    hits:   so many were broken by now
    """

    action: str
    method: str = ""
    path: str = ""
    query: str = ""
    skip: int = 0
    times: int | None = None
    after: int = 0
    seconds: float = 0.0
    status: int = 503
    code: str = "SlowDown"
    reset: bool = True
    hits: int = 0

    def fits(self, request: Request) -> bool:
        pairs = ((self.method, request.method), (self.path, request.path), (self.query, request.query))
        return all(re.search(pattern, text) for pattern, text in pairs)

    def takes(self) -> bool:
        """Whether it is the turn of a request that fits; counts it."""
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.times is not None and self.hits >= self.times:
            return False
        self.hits += 1
        return True


@dataclass
class Faults:
    """The proxy: its address, its rules, and what came by.

    A rule is made by its method; `which` are method, path, query, skip and times of Rule. The first that fits acts.
    """

    port: int
    log: list[Request] = field(default_factory=list)
    _rules: list[Rule] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _released: threading.Event = field(default_factory=threading.Event)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer(self, status: int = 503, code: str = "SlowDown", **which: Any) -> Rule:
        """Answers with an error of S3 instead of the server, which never hears of it."""
        return self._add(Rule("answer", status=status, code=code, **which))

    def cut(self, after: int = 0, reset: bool = True, **which: Any) -> Rule:
        """Ends both connections after so many bytes of the request's body; by RST, or by an orderly close.

        None of the request reaches the server for `after=0`.
        """
        return self._add(Rule("cut", after=after, reset=reset, **which))

    def lose_answer(self, after: int = 0, reset: bool = True, **which: Any) -> Rule:
        """The server does what it was asked; the client gets so many bytes of its answer's body; 0: no answer."""
        return self._add(Rule("lose_answer", after=after, reset=reset, **which))

    def delay(self, seconds: float, **which: Any) -> Rule:
        """Waits, then passes the request on."""
        return self._add(Rule("delay", seconds=seconds, **which))

    def swallow(self, **which: Any) -> Rule:
        """Takes the request and never answers."""
        return self._add(Rule("swallow", **which))

    def clear(self) -> None:
        """From now on all is passed on; those who wait for an answer in vain are cut off. The log is emptied."""
        with self._lock:
            self._rules.clear()
            self.log.clear()
            released, self._released = self._released, threading.Event()
        released.set()

    def seen(self, method: str = "", path: str = "", query: str = "") -> list[Request]:
        """The requests that came by and fit, in the order in which they came."""
        rule = Rule("", method, path, query)
        with self._lock:
            return [request for request in self.log if rule.fits(request)]

    def _add(self, rule: Rule) -> Rule:
        with self._lock:
            self._rules.append(rule)
        return rule

    def rule_for(self, request: Request) -> tuple[Rule | None, threading.Event]:
        """The rule that acts on a request, and the event that ends a wait in vain. The request goes to the log."""
        with self._lock:
            self.log.append(request)
            return next((rule for rule in self._rules if rule.fits(request) and rule.takes()), None), self._released


@contextlib.contextmanager
def proxy(endpoint: str) -> Iterator[Faults]:
    """A proxy before the HTTP server at `endpoint`, on a port of its own, until the end of the block."""
    upstream = urlsplit(endpoint)
    assert upstream.scheme == "http"
    server = _Server(("127.0.0.1", 0), _Handler)
    server.upstream = (upstream.hostname or "", upstream.port or 80)
    server.faults = Faults(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.faults
    finally:
        server.shutdown()
        server.faults.clear()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    upstream: tuple[str, int]
    faults: Faults

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that broke is no news here; anything else is."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    request_seen: Request

    def handle_expect_100(self) -> bool:
        return True  # it is answered when the body is read

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing on stderr: Faults.log has it."""

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        self.request_seen = Request(self.command, parts.path, parts.query, 0)
        rule, released = self.server.faults.rule_for(self.request_seen)
        try:
            if rule is not None and rule.action == "swallow":
                released.wait()
                raise _Cut
            if rule is not None and rule.action == "delay":
                time.sleep(rule.seconds)
            if rule is not None and rule.action == "answer":
                self._refuse(rule)
            else:
                self._pass_on(rule)
        except (_Cut, OSError, HTTPException):
            self._end(reset=rule is not None and rule.reset)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _serve

    def _refuse(self, rule: Rule) -> None:
        """An error of S3 (Amazon S3 API Reference, "REST error responses")."""
        if "expect" in self.headers:
            self.close_connection = True  # the client must not send the body
        else:
            for _ in self._body():
                pass
        text = f"<Error><Code>{rule.code}</Code><Message>made by a test</Message><RequestId>0</RequestId></Error>"
        content = f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode()
        self._begin(rule.status, None)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(content)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _pass_on(self, rule: Rule | None) -> None:
        """Lets the server answer."""
        if rule is not None and rule.action == "cut" and rule.after == 0:
            raise _Cut
        upstream = HTTPConnection(*self.server.upstream, timeout=120)
        with contextlib.closing(upstream):
            upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in _OF_ONE_CONNECTION or name.lower() == "transfer-encoding":
                    upstream.putheader(name, value)
            upstream.putheader("Connection", "close")
            upstream.endheaders()
            self._send_body(upstream, rule.after if rule is not None and rule.action == "cut" else None)
            response = upstream.getresponse()
            self._relay(response, rule.after if rule is not None and rule.action == "lose_answer" else None)

    def _send_body(self, upstream: HTTPConnection, limit: int | None) -> None:
        sent, listens = 0, True
        for block in self._body():
            part = block if limit is None else block[: limit - sent]
            if listens:
                try:
                    upstream.send(part)
                except OSError:
                    listens = False  # it may have answered before it read all, as it does to wrong keys
            sent += len(part)
            if limit is not None and sent >= limit:
                break
        if limit is not None:
            raise _Cut

    def _body(self) -> Iterator[bytes]:
        """The body as it stands on the wire, chunks with their frames."""
        if "expect" in self.headers:
            self.send_response_only(100)
            self.end_headers()
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            size = -1
            while size != 0:
                line = self._line()
                yield line
                size = int(line.split(b";")[0], 16)
                yield from self._exactly(size + 2 if size else 0)
            while (line := self._line()) != b"\r\n":
                yield line
            yield line
        else:
            yield from self._exactly(int(self.headers.get("Content-Length") or 0))

    def _line(self) -> bytes:
        line = self.rfile.readline(_BLOCK)
        if not line.endswith(b"\n"):
            raise _Cut
        return line

    def _exactly(self, size: int) -> Iterator[bytes]:
        while size:
            block = self.rfile.read1(min(size, _BLOCK))
            if not block:
                raise _Cut
            size -= len(block)
            yield block

    def _begin(self, status: int, reason: str | None) -> None:
        """The status line. Whoever has an answer finds it in the log."""
        self.request_seen.status = status
        self.send_response_only(status, reason)

    def _relay(self, response: HTTPResponse, limit: int | None) -> None:
        """The server's answer to the client; no more of its body than the limit, and nothing if that is 0."""
        if limit == 0:
            response.read()
            raise _Cut
        without_body = self.command == "HEAD" or response.status in _NO_CONTENT
        chunked = not without_body and response.getheader("Content-Length") is None
        self._begin(response.status, response.reason)
        for name, value in response.getheaders():
            if name.lower() not in _OF_ONE_CONNECTION:
                self.send_header(name, value)
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        left = limit
        while not without_body and (block := response.read1(_BLOCK)):
            part = block if left is None else block[:left]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part) if chunked else part)
            if left is not None:
                left -= len(part)
                if left == 0:
                    raise _Cut
        if chunked:
            self.wfile.write(b"0\r\n\r\n")

    def _end(self, reset: bool) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            if reset:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            else:
                self.connection.shutdown(socket.SHUT_RDWR)
            socket.close(self.connection.detach())
