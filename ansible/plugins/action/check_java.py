"""Check that there is a Java that Spark can use, and that SPARK_HOME, if set, is a Spark."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase


class JavaError(Exception):
    """What is wrong, and the fix."""


INSTALL = "install Java {minimum} or newer (Debian: apt-get install openjdk-17-jre-headless) or set JAVA_HOME to one"


def find_java(minimum: int) -> Path:
    home = os.environ.get("JAVA_HOME")
    if home:
        java = Path(home) / "bin" / "java"
        if not os.access(java, os.X_OK):
            raise JavaError(f"JAVA_HOME={home}: there is no bin/java in it; set it to a Java {minimum} or unset it")
        return java
    found = shutil.which("java")
    if not found:
        raise JavaError(f"no java on PATH and no JAVA_HOME: {INSTALL.format(minimum=minimum)}")
    return Path(found)


def java_major(java: Path) -> int:
    """The major version: from the release file beside it (fast), else from the program itself."""
    release = java.resolve().parents[1] / "release"
    text = release.read_text(errors="replace") if release.is_file() else ""
    match = re.search(r'JAVA_VERSION="(\d+)(?:\.(\d+))?', text)
    if not match:
        try:
            done = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=30, check=True)
        except (OSError, subprocess.SubprocessError) as error:
            raise JavaError(f"{java} does not run: {error}; repair it or set JAVA_HOME to another") from error
        match = re.search(r'version "(\d+)(?:\.(\d+))?', done.stderr + done.stdout)
    if not match:
        raise JavaError(f"{java} does not tell its version; set JAVA_HOME to another Java")
    major = int(match[1])
    return int(match[2] or 0) if major == 1 else major  # Java 8 calls itself 1.8


def check_spark_home() -> None:
    home = os.environ.get("SPARK_HOME")
    if home is None or home == "":
        return
    if not os.access(Path(home) / "bin" / "spark-submit", os.X_OK):
        raise JavaError(
            f"SPARK_HOME={home}: there is no bin/spark-submit in it; "
            "set it to a Spark, or unset it to use the installed pyspark"
        )


class ActionModule(ActionBase):
    """Argument: minimum, the oldest major version of Java that is accepted."""

    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        minimum = int(self._task.args.get("minimum", 17))
        try:
            java = find_java(minimum)
            major = java_major(java)
            if major < minimum:
                raise JavaError(f"{java} is Java {major}, which is too old: {INSTALL.format(minimum=minimum)}")
            check_spark_home()
        except JavaError as error:
            return result | {"failed": True, "msg": str(error)}
        return result | {"changed": False, "java": str(java), "version": major}
