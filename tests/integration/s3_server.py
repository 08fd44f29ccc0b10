"""An S3 server for the tests, on a loopback port of its own, with keys made at run time, ended by its process."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
BINARY = PROJECT / "build" / "s3" / "bin" / "versitygw"
REGION = "us-west-2"
_PATIENCE = 30.0  # seconds until the server must answer, or have ended


def install() -> None:
    """The server's program, if it is missing. Raises CalledProcessError where it can't be built."""
    subprocess.run([PROJECT / "tools" / "s3", "install"], check=True)


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def client(environment: dict[str, str], **changes: Any) -> Any:
    """A plain boto3 client for what an environment says. It is the tests' own eye: none of Rowmill is in it.

    changes: settings of botocore's Config, such as retries
    """
    import boto3
    from botocore.config import Config

    settings: dict[str, Any] = {"s3": {"addressing_style": "path"}, "connect_timeout": 5, "read_timeout": 20}
    return boto3.session.Session().client(
        "s3",
        endpoint_url=environment["S3_ENDPOINT"],
        region_name=environment["S3_REGION"],
        aws_access_key_id=environment["ACCESS_KEY"],
        aws_secret_access_key=environment["SECRET_KEY"],
        verify=environment.get("S3_CA_BUNDLE"),
        config=Config(**{**settings, "proxies": {}, **changes}),
    )


@dataclass
class S3Server:
    """A server and the keys of its owner, who may do everything.

    data:      the directory that holds the buckets, as directories
    ca_bundle: the certificate of the authority that signed the server's; None: plain HTTP
    options:   of how it keeps objects, on the server's command line
    """

    home: Path
    data: Path
    port: int
    access_key: str = field(default_factory=lambda: secrets.token_hex(10), repr=False)
    secret_key: str = field(default_factory=lambda: secrets.token_hex(20), repr=False)
    ca_bundle: Path | None = None
    options: tuple[str, ...] = ()
    _process: subprocess.Popen[bytes] | None = None
    _policies: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def endpoint(self) -> str:
        return f"{'https' if self.ca_bundle else 'http'}://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs to reach it."""
        found = {"S3_ENDPOINT": self.endpoint, "S3_REGION": REGION, "NO_PROXY": "127.0.0.1"}
        if self.ca_bundle:
            found["S3_CA_BUNDLE"] = str(self.ca_bundle)
        return {**found, "ACCESS_KEY": self.access_key, "SECRET_KEY": self.secret_key}

    @property
    def client(self) -> Any:
        return client(self.environment)

    @property
    def pid(self) -> int:
        assert self._process is not None, "the server is stopped"
        return self._process.pid

    def start(self) -> None:
        """Starts it, with the data and the port that it had, and waits until it answers."""
        assert self._process is None, "the server runs"
        self.data.mkdir(parents=True, exist_ok=True)
        command = [str(BINARY), "--port", f"127.0.0.1:{self.port}", "--quiet"]
        command += ["--iam-dir", str(self.home / "accounts"), "--iam-cache-disable"]
        if self.ca_bundle:
            command += ["--cert", str(self.home / "server.pem"), "--key", str(self.home / "server.key")]
        environment = {"PATH": os.environ["PATH"], "VGW_REGION": REGION}
        environment |= {"ROOT_ACCESS_KEY": self.access_key, "ROOT_SECRET_KEY": self.secret_key}
        log = self.home / "log"
        with log.open("ab") as file:
            process = subprocess.Popen(
                [*command, "posix", *self.options, str(self.data)],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._process = process
        until = time.monotonic() + _PATIENCE
        while not self._answers():
            if process.poll() is not None or time.monotonic() > until:
                self.kill()
                raise AssertionError(f"the S3 server does not answer:\n{log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Ends it in an orderly way; fine when it does not run."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it at once; fine when it does not run."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """From now on it takes connections, and answers none."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        process.send_signal(signal.SIGCONT)
        try:
            process.wait(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _answers(self) -> bool:
        connection: HTTPConnection = HTTPConnection("127.0.0.1", self.port, timeout=2)
        if self.ca_bundle:
            import ssl

            context = ssl.create_default_context(cafile=str(self.ca_bundle))
            connection = HTTPSConnection("127.0.0.1", self.port, timeout=2, context=context)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status == 403  # unsigned
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def account(self, bucket: str, *actions: str) -> dict[str, str]:
        """The environment of a new account, which may do these actions in a bucket (s3:GetObject), and nothing else."""
        access, secret = secrets.token_hex(10), secrets.token_hex(20)
        path = self.home / "accounts" / "users.json"
        accounts = json.loads(path.read_text())["accessAccounts"]
        accounts[access] = {"access": access, "secret": secret, "role": "user"}
        _write_secret(path, json.dumps({"accessAccounts": accounts}))
        if actions:
            resources = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
            rights = {"Effect": "Allow", "Principal": {"AWS": [access]}, "Action": [*actions], "Resource": resources}
            statements = self._policies.setdefault(bucket, [])
            statements.append(rights)
            policy = {"Version": "2012-10-17", "Statement": statements}
            self.client.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
        return {**self.environment, "ACCESS_KEY": access, "SECRET_KEY": secret}


@contextlib.contextmanager
def running(
    home: Path, data: Path | None = None, tls: bool = False, options: tuple[str, ...] = ()
) -> Iterator[S3Server]:
    """A server that runs until the end of the block.

    home: an empty directory for its accounts, certificates and log
    data: where it keeps its buckets; default: below home
    tls:  HTTPS, with a certificate of an authority that nobody trusts but who is told of it
    """
    install()
    server = S3Server(home, data or home / "data", free_port(), options=options)
    (home / "accounts").mkdir(parents=True, mode=0o700)
    _write_secret(home / "accounts" / "users.json", json.dumps({"accessAccounts": {}}))
    if tls:
        server.ca_bundle = _certificates(home)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _write_secret(path: Path, text: str) -> None:
    """Puts a file that only its owner reads in the place of another."""
    staged = path.with_suffix(".new")
    with os.fdopen(os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    os.replace(staged, path)


def _certificates(home: Path) -> Path:
    """A certificate for 127.0.0.1 and its key, signed by an authority made for it; returns the authority's."""

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=home, check=True, capture_output=True)

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl("req", "-x509", *key, "-subj", "/CN=Rowmill test CA", "-days", "2", "-keyout", "ca.key", "-out", "ca.pem")
    openssl("req", *key, "-subj", "/CN=127.0.0.1", "-keyout", "server.key", "-out", "server.csr")
    (home / "server.ext").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\nbasicConstraints=CA:FALSE\n")
    signing = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "server.ext")
    openssl("x509", "-req", "-in", "server.csr", *signing, "-out", "server.pem")
    return home / "ca.pem"
