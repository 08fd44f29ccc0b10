"""What a run with `resume` need not make again: files of a run of the same plan, dead or committed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rowmill.plan import PlannedFile, TablePlan
from rowmill.progress import Show
from rowmill.readback import sound_files
from rowmill.sink import records
from rowmill.sink.manifest import WrittenFile
from rowmill.sink.table import Table
from rowmill.validate.source import open_place


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


def look(plan: TablePlan, target: Table, show: Show) -> Kept:
    """Looks at a committed table of this plan, reading its files back, and at what a dead run left. Changes nothing.

    Raises StorageError if the data can't be read.
    """
    done = target.unfinished(plan.digest)
    there = target.manifest
    if target.mode != "overwrite" or there is None or [digest for digest, _ in there.runs] != [plan.digest]:
        return Kept(done)
    sound = _sound(plan, target, target.where, there.files, show)
    return Kept(done | _by_plan(plan, target, there.files, sound), tuple(sound), len(there.files) - len(sound))


def take_over(plan: TablePlan, target: Table, kept: Kept, show: Show) -> records.Done:
    """What the staged run need not make again. Raises StorageError or OSError."""
    done = target.adopt(plan.digest, kept.linked, lambda where, files: _sound(plan, target, where, files, show))
    whole = _by_plan(plan, target, target.manifest.files, kept.linked) if kept.linked and target.manifest else {}
    return done | whole


def _by_plan(
    plan: TablePlan, target: Table, files: Sequence[WrittenFile], sound: Sequence[WrittenFile]
) -> records.Done:
    """The planned files of which every written file is sound."""
    good = {file.path for file in sound}
    made: dict[str, list[WrittenFile]] = {}
    for file in files:
        # A planned file becomes one of the same name in each partition that it has rows of.
        path = target.planned(file.path)
        planned = path.rpartition("/")[2] if plan.layout.partition_by else path
        made.setdefault(planned, []).append(file)
    return {planned: tuple(written) for planned, written in made.items() if all(f.path in good for f in written)}


def _sound(plan: TablePlan, target: Table, where: str, files: Sequence[WrittenFile], show: Show) -> list[WrittenFile]:
    types = {column.name: column.type for column in plan.generator.definition.columns}
    return sound_files(open_place(where, target.s3), plan.layout.format, types, files, show)
