"""What README, docs/ddl.md and docs/s3.md show runs as written, in a copy of the project as a fresh clone has it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rowmill.schema.vocabulary import VOCABULARY
from rowmill.schema.yaml import parse_schema

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[2]


def blocks(page: Path) -> list[tuple[str, str]]:
    """Language and text of each block of a page."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


README = (ROOT / "README.md").read_text(encoding="utf-8")
FOLDERS = ("/tmp/rowmill-tour", "/tmp/rowmill-ddl")
BLOCKS = blocks(ROOT / "README.md")
BASH = [text for language, text in BLOCKS if language == "bash"]
DDL = blocks(ROOT / "docs" / "ddl.md")
S3 = blocks(ROOT / "docs" / "s3.md")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The files that git knows (or would know), with this .venv lent."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    target = tmp_path_factory.mktemp("clone")
    for name in listed:
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    (target / ".venv").symlink_to(ROOT / ".venv")
    # The S3 server takes a minute to build: the one of the other tests is lent as well.
    subprocess.run([ROOT / "tools" / "s3", "install"], check=True)
    (target / "build" / "s3").mkdir(parents=True)
    (target / "build" / "s3" / "bin").symlink_to(ROOT / "build" / "s3" / "bin")
    for folder in FOLDERS:
        shutil.rmtree(folder, ignore_errors=True)
    yield target
    subprocess.run([target / "tools" / "s3", "down"], check=True)
    for folder in FOLDERS:
        shutil.rmtree(folder, ignore_errors=True)


def shell(text: str, where: Path, errors: bool = False) -> str:
    """What a block prints; with `errors` on stderr, too."""
    environment = {**os.environ, "PATH": f"{where}/.venv/bin:{os.environ['PATH']}", "PYTHONPATH": f"{where}/jobs"}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],
        cwd=where,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{text}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout + (done.stderr if errors else "")


def test_the_demo_then_the_tour(clone: Path) -> None:
    assert "make demo" in README
    first = shell("make demo", clone)
    shown = re.search(r"fingerprint: [0-9a-f]{16}", README)
    assert shown is not None
    assert shown[0] in first, "the README shows another fingerprint than the demo"
    assert re.search(r"1,000,000 rows", first)
    assert shell('make sql Q="select count(*) from orders"', clone) == "1000000\n"
    again = shell("make demo", clone)
    assert "changed=0" in again
    assert len(BASH) >= 8
    outputs = [shell(block, clone) for block in BASH]
    told = "\n".join(outputs)
    assert "20000\t20000" in told  # customers, all e-mail addresses different
    assert "25000\t25000\t25000" in told  # after the append
    assert "would replace 5,000 rows" in told
    slices = sorted(p.name for p in Path("/tmp/rowmill-tour/sliced").iterdir() if p.is_dir())
    assert slices == ["slice-000", "slice-001", "slice-002"]


def test_the_page_on_ddl(clone: Path) -> None:
    """Its blocks run one after the other, and each prints the lines that stand below it."""
    printed: list[str] = []
    for language, text in DDL:
        if language == "bash":
            printed = shell(text, clone, errors=True).splitlines()
        elif language == "python":
            shell(f"{sys.executable} - <<'END'\n{text}\nEND", clone)
        elif language == "text":
            assert [line for line in text.splitlines() if line not in printed] == []
        else:
            parse_schema(text, "docs/ddl.md")


def test_the_page_on_s3(clone: Path) -> None:
    """One block after the other; the last one stops the server."""
    printed = ""
    for language, text in S3:
        if language == "bash":
            printed += shell(text, clone, errors=True)
        elif language == "python":
            printed += shell(f"source build/s3/env\n{sys.executable} - <<'END'\n{text}\nEND", clone)
    for shown in ("20000\t20000", "100000 100 0", "bad lines: 1", "2 rows, 2 columns", "three"):
        assert shown in printed, printed
    assert "not running" in shell("make s3-status", clone, errors=True)


def test_python_blocks(clone: Path) -> None:
    for language, text in BLOCKS:
        if language == "python":
            shell(f"{sys.executable} - <<'END'\n{text}\nEND", clone)


def test_yaml_blocks_are_valid_schemas() -> None:
    texts = [text for language, text in BLOCKS if language == "yaml"]
    assert texts
    for text in texts:
        parse_schema(text, "README.md")


def test_every_generator_is_named() -> None:
    assert [name for name in VOCABULARY if not re.search(rf"\b{name}\b", README)] == []


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z][a-z0-9-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z][a-z0-9-]*)", README, re.MULTILINE)) - {"and"}
    assert named <= targets
