"""An S3 server for the bench: on loopback, its objects on the disk that local files go to, ended with the block."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from measure import PROJECT, SCRATCH

sys.path.append(str(PROJECT / "tests" / "integration"))
from s3_server import running

BUCKET = "bench"
_HOME = SCRATCH / "s3"


def directory(uri: str) -> Path:
    """Where the server keeps the objects below a place."""
    return _HOME / "data" / uri.removeprefix("s3a://")


@contextmanager
def served() -> Iterator[dict[str, str]]:
    """The environment that leads to an empty bucket. The jars by which Spark gets there are fetched if need be."""
    # Where they can't be had, Spark says so, and is the one case that fails.
    subprocess.run([sys.executable, PROJECT / "roles" / "s3a" / "files" / "fetch_jars.py"], check=False)
    shutil.rmtree(_HOME, ignore_errors=True)
    directory(BUCKET).mkdir(parents=True)  # each directory there is a bucket
    try:
        # Its ETags are made from the checksums that it compares anyway: an MD5 of all bytes, its default, would be work
        # that a store elsewhere does on processors of its own.
        with running(_HOME / "server", _HOME / "data", options=("--data-integrity-etag",)) as server:
            yield server.environment
    finally:
        shutil.rmtree(_HOME, ignore_errors=True)
