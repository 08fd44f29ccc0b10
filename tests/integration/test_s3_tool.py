"""tools/s3: the server of `make s3-up`, in a copy of the project."""

from __future__ import annotations

import os
import re
import shutil
import socket
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import s3_server as servers

pytestmark = pytest.mark.integration


@dataclass(frozen=True)
class Tool:
    """The script in a project of its own, with the server that is built already."""

    project: Path

    def run(self, command: str, port: str = "", code: int = 0) -> str:
        """What it says."""
        environment = {**os.environ, "PORT": port}
        script = str(self.project / "tools" / "s3")
        done = subprocess.run([script, command], env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stderr
        return done.stdout + done.stderr

    @property
    def env(self) -> dict[str, str]:
        return dict(re.findall(r"^export (\w+)=(.*)$", (self.project / "build" / "s3" / "env").read_text(), re.M))

    @property
    def pid(self) -> int:
        return int((self.project / "build" / "s3" / "pid").read_text())


@pytest.fixture
def tool(tmp_path: Path) -> Iterator[Tool]:
    servers.install()
    made = Tool(tmp_path / "pro ject")
    (made.project / "tools").mkdir(parents=True)
    (made.project / "build" / "s3" / "bin").mkdir(parents=True)
    shutil.copy(servers.PROJECT / "tools" / "s3", made.project / "tools")
    (made.project / "build" / "s3" / "bin" / "versitygw").symlink_to(servers.BINARY)
    yield made
    made.run("down")


def test_it_starts_once_and_keeps_its_data(tool: Tool) -> None:
    assert "not running" in tool.run("status", code=1)
    first = tool.run("up")
    before, pid = tool.env, tool.pid
    assert before["S3_ENDPOINT"] in first
    assert tool.run("up") == first
    assert tool.pid == pid
    assert str(pid) in tool.run("status")
    servers.client(before).put_object(Bucket="rowmill", Key="kept", Body=b"1")
    assert "stopped" in tool.run("down")
    assert tool.run("down") == ""
    tool.run("up")
    assert tool.env == before
    assert servers.client(before).get_object(Bucket="rowmill", Key="kept")["Body"].read() == b"1"


def test_only_its_owner_learns_the_keys(tool: Tool) -> None:
    said = tool.run("up") + tool.run("status")
    shown = Path(f"/proc/{tool.pid}/cmdline").read_text() + (tool.project / "build" / "s3" / "log").read_text()
    for name in ("ACCESS_KEY", "SECRET_KEY"):
        assert len(tool.env[name]) >= 20
        assert tool.env[name] not in said + shown
    assert stat.S_IMODE((tool.project / "build" / "s3" / "env").stat().st_mode) == 0o600
    assert "127.0.0.1" in shown


def test_the_port_that_is_named(tool: Tool) -> None:
    port = servers.free_port()
    tool.run("up", port=str(port))
    assert tool.env["S3_ENDPOINT"] == f"http://127.0.0.1:{port}"
    tool.run("down")
    assert "no port" in tool.run("up", port="a", code=1)
    with socket.create_server(("127.0.0.1", port)):
        assert "in use" in tool.run("up", port=str(port), code=1)
        tool.run("up")  # the one it had is taken: a free one
        assert tool.env["S3_ENDPOINT"] != f"http://127.0.0.1:{port}"


def test_a_process_that_has_its_number_now_is_left_alone(tool: Tool) -> None:
    with subprocess.Popen(["sleep", "60"]) as other:
        (tool.project / "build" / "s3" / "pid").write_text(f"{other.pid}\n")
        assert "not running" in tool.run("status", code=1)
        assert tool.run("down") == ""
        assert other.poll() is None
        other.kill()


def test_a_server_that_cannot_start_says_why(tool: Tool) -> None:
    binary = tool.project / "build" / "s3" / "bin" / "versitygw"
    binary.unlink()
    binary.write_text("#!/bin/sh\necho no room >&2\nexit 1\n")
    binary.chmod(0o755)
    said = tool.run("up", code=1)
    assert said.startswith("error: the S3 server does not start: no room")
    assert said.count("\n") == 1
