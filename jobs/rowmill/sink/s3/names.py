"""What the objects of a table's place are called."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

MANIFEST = "_manifest.json"
REDSHIFT = "_redshift"  # the folder of what loads the table there
RUN = r"[0-9a-f]{12}"
_DATA = re.compile(rf"-({RUN})\.[a-z]")
_SNAPSHOT = re.compile(rf"snapshot-{RUN}/")
_LEASE = re.compile(rf"_lease-({RUN})\.json")
_JOURNAL = re.compile(r"_commit-(\d{10})\.json")


def data_name(path: str, run: str) -> str:
    """`dt=1/part-000-000001.parquet` -> `dt=1/part-000-000001-0123456789ab.parquet`: no run writes over another's."""
    folder, slash, name = path.rpartition("/")
    stem, dot, ending = name.partition(".")
    return f"{folder}{slash}{stem}-{run}{dot}{ending}"


def planned_name(path: str) -> str:
    """The path that the plan has for a data object."""
    folder, slash, name = _SNAPSHOT.sub("", path, count=1).rpartition("/")
    return f"{folder}{slash}{re.sub(rf'-{RUN}(?=[.])', '', name, count=1)}"


def run_of(key: str) -> str | None:
    """The run that an object of data was written by; None for what no run of ours wrote."""
    found = _DATA.search(key.rpartition("/")[2])
    return found[1] if found else None


def is_data(path: str) -> bool:
    """Whether readers take an object for data: no part of its path below the place begins with _ or a dot."""
    return bool(path) and not path.endswith("/") and not any(part[0] in "_." for part in PurePosixPath(path).parts)


def describes(path: str) -> bool:
    """Whether an object tells about data: a reader that finds it expects them."""
    return path.rpartition("/")[2].startswith("_")


def snapshot_folder(run: str) -> str:
    """The folder of one version of a table that Hive looks at."""
    return f"snapshot-{run}"


def snapshot_of(path: str) -> str:
    """The snapshot's folder that a path of a data object lies in, with a slash; empty if it lies in none."""
    found = _SNAPSHOT.match(path)
    return found[0] if found else ""


def snapshot_root(location: str) -> str:
    """The place of the table that a snapshot's folder is of; other locations are that themselves."""
    return re.sub(rf"/snapshot-{RUN}/?$", "", location)


def lease(run: str) -> str:
    """The object that says that a run is alive."""
    return f"_lease-{run}.json"


def leased_run(key: str) -> str | None:
    found = _LEASE.fullmatch(key.rpartition("/")[2])
    return found[1] if found else None


def journal(generation: int) -> str:
    """The object that holds a commit while it is under way."""
    return f"_commit-{generation:010d}.json"


def journal_generation(key: str) -> int | None:
    found = _JOURNAL.fullmatch(key.rpartition("/")[2])
    return int(found[1]) if found else None


def records(run: str) -> str:
    """The folder of what a run has noted as whole."""
    return f"_records-{run}"
