"""What a listing tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class FileInfo:
    """One entry of a listing.

    size:     in bytes, of a directory the sum of its files'
    modified: when it was last written; of a directory of S3 when the last of its files was; None: not known
    """

    path: str
    size: int
    is_directory: bool
    modified: datetime | None = None
