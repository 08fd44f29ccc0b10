"""What a run has made so far: a line for each planned file that is whole, in the staging directory beside the data.

Tasks append their lines (a single write each), so that a run that was killed can go on with the files that are
missing. A line that was torn is no line. The records are gone before the data become visible.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from rowmill.sink.manifest import WrittenFile, written_file

FOLDER = "_records"
_PLAN = "plan.json"

Done = dict[str, tuple[WrittenFile, ...]]  # path of a planned file -> the files that it became


def begin(staging: Path, digest: str) -> None:
    """Says which plan a staging directory belongs to. Raises OSError."""
    folder = staging / FOLDER
    folder.mkdir()
    (folder / _PLAN).write_text(json.dumps({"digest": digest, "boot": _boot()}), encoding="utf-8")


def to_lines(done: Iterable[tuple[str, Sequence[WrittenFile]]]) -> str:
    """A line for each planned file and what it became; an empty one before, which ends a line that was torn."""
    lines = (json.dumps([planned, [file.to_json() for file in written]]) for planned, written in done)
    return "".join(f"\n{line}\n" for line in lines)


def of_lines(text: str) -> Done:
    """What the lines say; a line that was torn is none."""
    done: Done = {}
    for line in text.splitlines():
        with contextlib.suppress(ValueError, TypeError, KeyError):
            planned, files = json.loads(line)
            done[planned] = tuple(written_file(file) for file in files)
    return done


def note(staging: Path, attempt: str, done: Iterable[tuple[str, Sequence[WrittenFile]]]) -> None:
    """Records that planned files are whole. Raises OSError."""
    handle = os.open(staging / FOLDER / f"{attempt}.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    try:
        os.write(handle, to_lines(done).encode())
    finally:
        os.close(handle)


def read(staging: Path, digest: str) -> Done | None:
    """The planned files that stand there with their sizes; None if the directory is not of this plan."""
    try:
        plan = json.loads((staging / FOLDER / _PLAN).read_text(encoding="utf-8"))
        if plan["digest"] != digest:
            return None
        texts = [path.read_text(encoding="utf-8") for path in sorted((staging / FOLDER).glob("*.jsonl"))]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return {
        planned: written
        for planned, written in of_lines("".join(texts)).items()
        if all(_size(staging / file.path) == file.bytes for file in written)
    }


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def outlived_the_system(staging: Path) -> bool:
    """Whether the machine was started anew since: then pages that were not yet on the disk may be lost."""
    try:
        known = json.loads((staging / FOLDER / _PLAN).read_text(encoding="utf-8"))["boot"]
    except (OSError, ValueError, KeyError, TypeError):
        return True
    return not known or known != _boot()


def sweep(staging: Path, done: Done) -> None:
    """Removes all but the files of `done` and the records. Raises OSError."""
    kept = {str(staging / file.path) for files in done.values() for file in files}
    for folder, folders, names in os.walk(staging):
        if folder == str(staging) and FOLDER in folders:
            folders.remove(FOLDER)
        for name in names:
            path = os.path.join(folder, name)
            if path not in kept:
                os.unlink(path)


def forget(staging: Path) -> None:
    """Removes the records."""
    shutil.rmtree(staging / FOLDER, ignore_errors=True)


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:  # no Linux: not known, so files are read back
        return ""
