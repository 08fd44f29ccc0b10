#!/usr/bin/env python3
"""The jars that Spark needs for s3a://, those of pom.xml, by Maven, checked by jars.sha256.

Prints one line that begins with `ok:`, `fetched:` or, with --check, `would fetch:`.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[2]
GOALS = ["dependency:copy-dependencies", "-DincludeScope=runtime"]


class Failed(Exception):
    """What went wrong, and what to do about it."""


def expected() -> dict[str, str]:
    """The SHA-256 of each jar by its name."""
    lines = (line.split() for line in (HERE / "jars.sha256").read_text().splitlines())
    return {name: digest for digest, name in lines}


def wrong(directory: Path) -> list[str]:
    """The jars that are missing in a directory or are not what they should be."""
    return [name for name, digest in expected().items() if _digest(directory / name) != digest]


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def refuse_foreign(directory: Path) -> None:
    """Every jar in the directory is on Spark's class path: others may stand in the way of ours."""
    foreign = sorted(path.name for path in directory.glob("*.jar") if path.name not in expected())
    if foreign:
        raise Failed(f"{directory}: jars that do not belong there: {', '.join(foreign)}; remove them")


def fetch(directory: Path) -> int:
    """Puts the jars that are wrong right. Returns how many."""
    staged = directory / ".fetched"
    shutil.rmtree(staged, ignore_errors=True)
    command = [maven(), "-B", "-q", "-f", str(HERE / "pom.xml"), *GOALS, f"-DoutputDirectory={staged}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = [line for line in (done.stdout + done.stderr).splitlines() if "ERROR" in line]
        reason = said[0].removeprefix("[ERROR] ") if said else f"exit {done.returncode}"
        raise Failed(
            f"Maven can't fetch the jars of s3a: {reason}; check the network, and ~/.m2/settings.xml for a mirror"
        )
    if bad := wrong(staged):
        fix = "remove them from Maven's own cache (~/.m2/repository) and try again"
        raise Failed(f"Maven brought other jars than expected: {', '.join(bad)}; {fix}")
    # The one that says that the jars are there comes last.
    names = sorted(wrong(directory), key=lambda name: (name.startswith("hadoop-aws-"), name))
    for name in names:
        os.replace(staged / name, directory / name)
    shutil.rmtree(staged)
    return len(names)


def maven() -> str:
    """Maven's program; it is installed where that can be done."""
    if found := shutil.which("mvn"):
        return found
    if os.getuid() != 0 or not shutil.which("apt-get"):
        fix = "install it (Debian: sudo apt install maven), or name a directory that has the jars by S3A_JARS"
        raise Failed(f"Maven is needed to fetch the jars of s3a; {fix}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    quiet = ["-qq", "-o", "DPkg::Lock::Timeout=300"]
    for action in (["update"], ["install", "-y", "--no-install-recommends", "maven"]):
        done = subprocess.run(
            ["apt-get", *quiet, *action], env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            said = done.stderr.strip().splitlines() or [f"exit {done.returncode}"]
            raise Failed(f"apt can't install maven: {said[-1]}")
    found = shutil.which("mvn")
    if found is None:
        raise Failed("apt installed maven, but there is no mvn on PATH")
    return found


@contextlib.contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """One process at a time; the second one waits."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def run(directory: Path, check: bool) -> str:
    """Sees to the jars. Returns what is to be told."""
    refuse_foreign(directory)
    bad = wrong(directory)
    if not bad:
        return f"ok: {directory} has the {len(expected())} jars of s3a"
    if check:
        return f"would fetch: {len(bad)} jars of s3a into {directory}"
    with _locked(directory):
        count = fetch(directory) if wrong(directory) else 0
    return f"fetched: {count} jars of s3a into {directory}"


def main() -> int:
    parser = argparse.ArgumentParser(description="Fetch the jars that Spark needs for s3a:// and check them.")
    parser.add_argument(
        "directory", nargs="?", default="build/s3a", help="where to; in the project if relative (build/s3a)"
    )
    parser.add_argument("--check", action="store_true", help="only say what would be done")
    options = parser.parse_args()
    try:
        print(run((PROJECT / options.directory).resolve(), options.check))
    except (Failed, OSError) as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
