"""A commit: from files that nobody sees to a table, and back or forward again if it is cut off.

journal      an object `_commit-GENERATION.json`, written under If-None-Match: one run alone can have it.
             From here on anybody who finds it, its run being dead, can carry it to its end.
complete     every upload; a reader that lists sees new files beside the old ones
manifest     `_manifest.json`, replaced under If-Match: a reader of the manifest sees old or new, never both
remove       the files that the new manifest does not name
forget       the journal
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rowmill.errors import RowmillError, StorageError
from rowmill.progress import Show
from rowmill.sink.manifest import Manifest, parse_manifest
from rowmill.sink.s3 import names
from rowmill.sink.s3.store import Gone, Store, in_parallel

_EVERY_SECONDS = 5.0


@dataclass(frozen=True)
class Commit:
    """What a journal holds.

    manifest: the table's next one, whose files still say what completes them
    base:     ETag of the manifest that is there before; None if there is none
    remove:   files that the table no longer has
    later:    they are removed only after Hive has been told (see Table.retire)
    """

    run: str
    manifest: Manifest
    base: str | None
    remove: tuple[str, ...]
    later: bool

    @property
    def journal(self) -> str:
        return names.journal(self.manifest.generation)

    @property
    def final(self) -> Manifest:
        """The manifest as readers see it."""
        return replace(self.manifest, files=tuple(replace(file, pending=None) for file in self.manifest.files))

    def to_text(self) -> str:
        return json.dumps(
            {
                "run": self.run,
                "base": self.base,
                "remove": self.remove,
                "later": self.later,
                "manifest": self.manifest.to_text(),
            }
        )


def parse_commit(text: str, where: str) -> Commit:
    """The commit of a journal. Raises StorageError."""
    try:
        data: dict[str, Any] = json.loads(text)
        return Commit(
            str(data["run"]),
            parse_manifest(data["manifest"], where),
            data["base"],
            tuple(data["remove"]),
            bool(data["later"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        fix = "see which run wrote it; remove it with the objects of that run"
        raise StorageError("the journal of a commit is damaged", where=where, fix=fix) from error


def commits(store: Store) -> Iterator[Commit]:
    """The commits that are under way at a place: one, unless somebody else writes such objects. Raises StorageError."""
    for entry in store.list("_commit-"):
        text = store.read(entry.path)
        if names.journal_generation(entry.path) is not None and text is not None:
            yield parse_commit(text.text, str(store.place / entry.path))


def carry_out(store: Store, commit: Commit, conditional: bool, show: Show) -> int:
    """The whole commit but for what is removed later; returns how often the store had to be asked again.

    conditional: whether the store knows If-Match and If-None-Match
    Raises StorageError; then nothing of the commit is left, unless the store could not be asked any more.
    """
    text = commit.to_text()
    only_new = {"IfNoneMatch": "*"} if conditional else {}
    if store.write(commit.journal, text, **only_new) is None:
        found = store.read(commit.journal)  # ours, if the answer to our first try was lost
        if found is None or found.text != text:
            raise _lost(store)
    try:
        current = store.read(names.MANIFEST)
        if (current.etag if current else None) != commit.base:
            raise _lost(store)
        again = complete_all(store, commit, show)
        _publish(store, commit, conditional)
    except BaseException as error:
        if not _undo_unless_published(store.quick, commit, error) or not isinstance(error, RowmillError):
            raise
        again = 0  # it was the answer alone that was lost
    _clear(store, commit)
    return again


def roll_forward(store: Store, commit: Commit, show: Show) -> bool:
    """Ends a commit whose run died. False if that can't be, and it was undone. Raises StorageError."""
    if not _is_published(store, commit):
        try:
            complete_all(store, commit, show)
            _publish(store, commit, conditional=True)
        except Gone:
            undo(store, commit)
            return False
    _clear(store, commit)
    return True


def complete_all(store: Store, commit: Commit, show: Show) -> int:
    """Completes every upload. Raises StorageError at the first that can't be."""
    pending = [file for file in commit.manifest.files if file.pending is not None]
    again, shown = 0, time.monotonic()
    for done, count in enumerate(in_parallel(store.complete, pending), 1):
        again += count
        if time.monotonic() - shown >= _EVERY_SECONDS:
            shown = time.monotonic()
            show(f"commit: {store.place}: {done:,} / {len(pending):,} objects")
    return again


def undo(store: Store, commit: Commit) -> None:
    """Takes a commit back that has not published its manifest. Raises StorageError."""
    mine = {file.path for file in commit.manifest.files if file.pending is not None}
    store.delete(sorted(mine))
    store.abort_uploads([upload for upload in store.uploads() if upload.path in mine])
    store.delete([commit.journal])


def _publish(store: Store, commit: Commit, conditional: bool) -> None:
    text = commit.final.to_text()
    condition: dict[str, str] = {"IfMatch": commit.base} if commit.base else {"IfNoneMatch": "*"}
    # A refusal may be the second answer to what was done the first time.
    if store.write(names.MANIFEST, text, **(condition if conditional else {})) is None and not _is_published(
        store, commit
    ):
        raise _lost(store)


def _is_published(store: Store, commit: Commit) -> bool:
    """Whether the manifest is this commit's, or builds on it: somebody may have ended it for us and gone on."""
    found = store.read(names.MANIFEST)
    if found is None:
        return False
    there = parse_manifest(found.text, str(store.place / names.MANIFEST))
    return found.text == commit.final.to_text() or (
        there.generation > commit.manifest.generation and commit.manifest.runs[-1] in there.runs
    )


def _clear(store: Store, commit: Commit) -> None:
    if commit.remove and not commit.later:
        store.delete(commit.remove)
    store.delete([commit.journal])


def _undo_unless_published(store: Store, commit: Commit, error: BaseException) -> bool:
    """After a failure: whether the new table is there all the same.

    The store may be what failed. Then the journal stays, and the next run ends the commit.
    """
    try:
        if _is_published(store, commit):
            return True
        undo(store, commit)
    except RowmillError:
        error.add_note("the commit was cut off; the next run ends it, or s3.yml -e op=clean")
    return False


def _lost(store: Store) -> StorageError:
    return StorageError("another run changed the table meanwhile", where=str(store.place), fix="run again")


def paths(files: Sequence[Any]) -> set[str]:
    return {file.path for file in files}
