"""How a program is run, without Ansible around it."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest
import rowmill_process


def run(code: str) -> tuple[rowmill_process.Outcome, list[str]]:
    seen: list[str] = []
    return rowmill_process.run([sys.executable, "-c", code], seen.append, "test"), seen


def test_lines_and_exit_code() -> None:
    outcome, seen = run("import sys; print('a'); print('b', end=''); sys.exit(3)")
    assert (outcome.rc, outcome.lines, seen) == (3, ["a", "b"], ["a", "b"])
    assert outcome.message == "the program ended with exit code 3 and said nothing"


@pytest.mark.parametrize(
    ("stderr", "message"),
    [
        ("noise\\nerror: no such table\\nmore noise", "no such table"),
        ("error: one\\nerror: two\\nerror: one", "one\ntwo"),
        ("Traceback\\nValueError: last\\n\\n", "ValueError: last"),
    ],
)
def test_message_of_a_failure(stderr: str, message: str) -> None:
    outcome, _ = run(f"import sys; sys.stderr.write('{stderr}'); sys.exit(1)")
    assert outcome.message == message


def test_waits_for_what_the_program_started(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    code = f"import subprocess; subprocess.Popen(['sh', '-c', 'sleep 1; touch {mark}'])"
    assert run(code)[0].rc == 0
    assert mark.exists()


def test_but_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rowmill_process, "LINGER_SECONDS", 0.5)
    start = time.monotonic()
    outcome, seen = run("import subprocess; subprocess.Popen(['sleep', '6']); print('done')")
    assert (outcome.rc, seen) == (0, ["done"])
    assert time.monotonic() - start < 4


def test_a_program_that_ignores_the_interrupt_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rowmill_process, "GRACE_SECONDS", 0.5)
    ignore = "import os, signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN)"
    code = f"{ignore}; os.kill(os.getppid(), signal.SIGTERM); time.sleep(30)"
    start = time.monotonic()
    outcome, _ = run(code)
    assert outcome.rc != 0
    assert outcome.message == "interrupted by SIGTERM; the program was stopped"
    assert time.monotonic() - start < 10
