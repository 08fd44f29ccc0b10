"""Runs the playbooks as people do, against programs that only pretend (fixtures/), in a directory of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
FIXTURES = Path(__file__).parent / "fixtures"


@dataclass
class Playbooks:
    """ansible-playbook with fake programs; warehouse, schemas and logs are under `work`."""

    work: Path

    @property
    def schemas(self) -> Path:
        return self.work / "schemas"

    @property
    def logs(self) -> Path:
        return self.work / "logs"

    @property
    def environment(self) -> dict[str, str]:
        venv = Path(sys.executable).parent
        kept = {name: value for name, value in os.environ.items() if name not in ("JAVA_HOME", "SPARK_HOME")}
        return kept | {
            "PATH": f"{venv}:{os.environ['PATH']}",
            "ROWMILL_LOG_DIR": str(self.logs),
            "ANSIBLE_FORCE_COLOR": "0",
            "FAKE_RECORD": str(self.work / "record.json"),
        }

    def command(self, playbook: str, *arguments: str) -> list[str]:
        return [
            "ansible-playbook", playbook,
            "-e", f"generate_program={FIXTURES / 'fake_generate.py'}",
            "-e", f"convert_program={FIXTURES / 'fake_import.py'}",
            "-e", f"warehouse={self.work / 'warehouse'}" if playbook == "generate.yml" else "ansible_note=none",
            "-e", f"generate_schemas={self.schemas}",
            *arguments,
        ]  # fmt: skip

    def run(self, playbook: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(playbook, *arguments),
            cwd=PROJECT,
            env=self.environment | environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=120,
        )

    def generate(self, *variables: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return self.run("generate.yml", *(word for text in variables for word in ("-e", text)), **environment)

    def log(self) -> str:
        (path,) = self.logs.glob("*.log")
        return path.read_text()
