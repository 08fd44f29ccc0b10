"""Database servers for the tests: started on a socket of their own in a folder of their own, ended by their process."""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
_PATIENCE = 60.0  # seconds until a server must answer


@dataclass(frozen=True)
class Answer:
    """What a client printed: rows of cells, and what it complained of."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[list[str]]:
        return [line.split("\t") for line in self.out.splitlines()]


@dataclass(frozen=True)
class Server:
    """A running server and the command of its client; a statement text goes to its standard input."""

    client: tuple[str, ...]
    environment: Mapping[str, str]
    database_option: str

    def run(self, sql: str, database: str = "") -> Answer:
        """Runs a text; the client stops at the first error."""
        command = [*self.client, *([self.database_option + database] if database else [])]
        done = subprocess.run(
            command, input=sql, env={**os.environ, **self.environment}, capture_output=True, text=True, check=False
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def ask(self, sql: str, database: str = "") -> list[list[str]]:
        """The rows of a query."""
        answer = self.run(sql, database)
        assert answer.code == 0, answer.err
        return answer.rows


def install() -> None:
    """The servers' packages, if they are missing. Raises CalledProcessError where they can't be installed."""
    subprocess.run([PROJECT / "tools" / "engines"], check=True)


def _as_nobody(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root, and no server should."""
    if os.getuid() != 0:
        return command
    user = pwd.getpwnam("nobody")
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", *command]


@contextlib.contextmanager
def _home(name: str) -> Iterator[Path]:
    """A short path (a socket's is limited) that only the server's user may enter."""
    path = Path(tempfile.mkdtemp(prefix=f"rowmill-{name}-", dir="/tmp"))
    if os.getuid() == 0:
        user = pwd.getpwnam("nobody")
        os.chown(path, user.pw_uid, user.pw_gid)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def _running(command: list[str], log: Path, end: signal.Signals) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.send_signal(end)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(server: Server, process: subprocess.Popen[bytes], log: Path, database: str = "") -> Server:
    until = time.monotonic() + _PATIENCE
    while server.run("SELECT 1;", database).code != 0:
        if process.poll() is not None or time.monotonic() > until:
            raise AssertionError(f"the server does not answer:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.1)
    return server


def _tool(name: str, folders: list[Path]) -> str:
    found = shutil.which(name, path=os.pathsep.join([*map(str, folders), os.environ["PATH"], "/usr/sbin"]))
    assert found is not None, f"{name} is missing"
    return found


@contextlib.contextmanager
def postgres() -> Iterator[Server]:
    """A PostgreSQL server with a password of this run."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    password = secrets.token_hex(16)
    with _home("pg") as home:
        secret, data = home / "password", home / "data"
        secret.touch(mode=0o600)
        secret.write_text(password)
        if os.getuid() == 0:
            shutil.chown(secret, "nobody")
        initdb = [_tool("initdb", folders), "-D", data, "-U", "rowmill", "-A", "scram-sha-256", "-E", "UTF8"]
        initdb += [f"--pwfile={secret}", "--locale=C.UTF-8", "--no-sync"]
        subprocess.run(_as_nobody([str(part) for part in initdb]), check=True, capture_output=True, cwd=home)
        command = [_tool("postgres", folders), "-D", str(data), "-k", str(home)]
        command += ["-c", "listen_addresses=", "-c", "fsync=off"]
        client = (_tool("psql", folders), "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-h", str(home))
        environment = {"PGPASSWORD": password, "PGUSER": "rowmill", "PGCLIENTENCODING": "UTF8"}
        server = Server((*client, "-f", "-"), environment, "--dbname=")
        with _running(_as_nobody(command), home / "log", signal.SIGINT) as process:
            yield _wait(server, process, home / "log", "postgres")


@contextlib.contextmanager
def mariadb() -> Iterator[Server]:
    """A MariaDB server with a password of this run."""
    password = secrets.token_hex(16)
    with _home("maria") as home:
        data, socket, start = home / "data", home / "socket", home / "start.sql"
        setup = [_tool("mariadb-install-db", []), "--no-defaults", f"--datadir={data}", "--skip-test-db"]
        setup += ["--auth-root-authentication-method=normal"]
        subprocess.run(_as_nobody(setup), check=True, capture_output=True, cwd=home)
        start.touch(mode=0o600)
        start.write_text(f"ALTER USER root@localhost IDENTIFIED BY '{password}';\n")
        if os.getuid() == 0:
            shutil.chown(start, "nobody")
        command = [_tool("mariadbd", []), "--no-defaults", f"--datadir={data}", f"--socket={socket}"]
        command += ["--skip-networking", f"--init-file={start}", "--character-set-server=utf8mb4"]
        command += ["--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=32M"]
        client = (_tool("mariadb", []), "--no-defaults", "-S", str(socket), "-u", "root", "-N", "-B", "--raw")
        server = Server((*client, "--default-character-set=utf8mb4"), {"MYSQL_PWD": password}, "--database=")
        with _running(_as_nobody(command), home / "log", signal.SIGTERM) as process:
            yield _wait(server, process, home / "log")
