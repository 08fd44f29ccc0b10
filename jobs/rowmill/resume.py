"""What a run with `resume` need not make again: files of a run of the same plan, dead or committed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.fs as fs

from rowmill.plan import PlannedFile, TablePlan
from rowmill.progress import Show
from rowmill.readback import sound_files
from rowmill.sink import records
from rowmill.sink.local import LocalTable
from rowmill.sink.manifest import WrittenFile
from rowmill.validate.source import Place


@dataclass(frozen=True)
class Kept:
    """What of a plan is there already.

    done:   planned files that are whole
    linked: sound files of the committed table, which the new one takes over
    lost:   number of files of the committed table that are missing or damaged
    """

    done: records.Done = field(default_factory=dict)
    linked: tuple[WrittenFile, ...] = ()
    lost: int = 0

    def missing(self, plan: TablePlan) -> tuple[PlannedFile, ...]:
        return tuple(file for file in plan.files if file.path not in self.done)


def look(plan: TablePlan, target: LocalTable, show: Show) -> Kept:
    """Looks at a committed table of this plan, reading its files back, and at what a dead run left. Changes nothing.

    Raises StorageError if the data can't be read.
    """
    done = target.unfinished(plan.digest)
    there = target.manifest
    if target.mode != "overwrite" or there is None or [digest for digest, _ in there.runs] != [plan.digest]:
        return Kept(done)
    sound = _sound(plan, target.directory, there.files, show)
    return Kept(done | _by_plan(plan, there.files, sound), tuple(sound), len(there.files) - len(sound))


def take_over(plan: TablePlan, target: LocalTable, kept: Kept, show: Show) -> records.Done:
    """Readies the staging directory that a run goes on in: it holds the files of what is returned, and no other.

    Raises StorageError or OSError.
    """
    staging = target.staging
    assert staging is not None
    done = records.read(staging, plan.digest) or {}
    if done and records.outlived_the_system(staging):
        files = [file for written in done.values() for file in written]
        sound = {file.path for file in _sound(plan, staging, files, show)}
        done = {path: written for path, written in done.items() if all(file.path in sound for file in written)}
    records.sweep(staging, done)
    for file in kept.linked:
        place = staging / file.path
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            os.link(target.directory / file.path, place)
    whole = _by_plan(plan, target.manifest.files, kept.linked) if kept.linked and target.manifest else {}
    return done | whole


def _by_plan(plan: TablePlan, files: Sequence[WrittenFile], sound: Sequence[WrittenFile]) -> records.Done:
    """The planned files of which every written file is sound."""
    good = {file.path for file in sound}
    made: dict[str, list[WrittenFile]] = {}
    for file in files:
        # A planned file becomes one of the same name in each partition that it has rows of.
        planned = file.path.rpartition("/")[2] if plan.layout.partition_by else file.path
        made.setdefault(planned, []).append(file)
    return {planned: tuple(written) for planned, written in made.items() if all(f.path in good for f in written)}


def _sound(plan: TablePlan, directory: Path, files: Sequence[WrittenFile], show: Show) -> list[WrittenFile]:
    types = {column.name: column.type for column in plan.generator.definition.columns}
    place = Place(fs.LocalFileSystem(), str(directory), str(directory))
    return sound_files(place, plan.layout.format, types, files, show)
