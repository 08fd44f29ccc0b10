"""Where tasks write what no reader sees yet. What they return is all that the driver's commit needs."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

from rowmill.generate.table import BLOCK_ROWS
from rowmill.sink import records
from rowmill.sink.manifest import Stored, WrittenFile


class OutputFile(Protocol):
    """One file being written. It becomes whole by finish alone, never by being closed or forgotten.

    After abort, what still writes (a format's writer writes its footer as it goes) writes to nowhere.
    """

    def write(self, data: Any, /) -> int: ...

    def finish(self) -> Callable[[], Stored]:
        """Ends the file; what is returned waits until the storage has it whole. Both raise OSError or StorageError."""

    def abort(self) -> None: ...


class Staging(Protocol):
    """A run's place for files that are not committed. It is pickled and sent to tasks; `shown` is its name."""

    # Whether a file is whole when it is finished, and a note of it costs little; else a task's files share one.
    notes_each_file: ClassVar[bool]
    # Rows that a task has at least: where a file is on its way while the next one is made, some files make a task.
    task_rows: ClassVar[int]

    @property
    def shown(self) -> str: ...

    def create(self, path: str, attempt: str) -> OutputFile:
        """A file at a path below the table's directory, apart for each attempt. Raises OSError or StorageError."""

    def find(self, path: str) -> Stored | None:
        """What is whole there from a run that this one resumes."""

    def note(self, attempt: str, done: Sequence[tuple[str, Sequence[WrittenFile]]]) -> None:
        """Records planned files that are whole, for a run that resumes this one. Raises OSError or StorageError."""


@dataclass(frozen=True)
class LocalStaging:
    """A staging directory."""

    notes_each_file: ClassVar[bool] = True
    task_rows: ClassVar[int] = BLOCK_ROWS
    directory: str

    @property
    def shown(self) -> str:
        return self.directory

    def create(self, path: str, attempt: str) -> OutputFile:
        final = Path(self.directory, path)
        _make_directories(Path(self.directory), final.parent)
        return _LocalFile(final, final.with_name(f"_{final.name}.{attempt}"), path)

    def find(self, path: str) -> Stored | None:
        there = Path(self.directory, path)
        return Stored(path, there.stat().st_size) if there.exists() else None

    def note(self, attempt: str, done: Sequence[tuple[str, Sequence[WrittenFile]]]) -> None:
        records.note(Path(self.directory), attempt, done)


class _LocalFile(io.RawIOBase):
    """A file under a temporary name; it gets its own when it is whole."""

    def __init__(self, final: Path, temporary: Path, path: str) -> None:
        self._final, self._temporary, self._path = final, temporary, path
        self._file: io.BufferedWriter | None = open(temporary, "wb")  # noqa: SIM115 - closed by finish and abort

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        if self._file is not None:
            return self._file.write(data)
        return len(memoryview(data).cast("B"))

    def finish(self) -> Callable[[], Stored]:
        assert self._file is not None
        self._file.close()
        self._file = None
        os.replace(self._temporary, self._final)
        stored = Stored(self._path, self._final.stat().st_size)
        return lambda: stored

    def abort(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            with contextlib.suppress(OSError):  # a full disk, say
                file.close()
            self._temporary.unlink(missing_ok=True)


def _make_directories(staging: Path, directory: Path) -> None:
    """Makes the directories below staging, never staging itself: it is gone when the run was given up."""
    for parent in reversed((directory, *directory.parents)):
        if parent != staging and parent.is_relative_to(staging):
            parent.mkdir(exist_ok=True)
