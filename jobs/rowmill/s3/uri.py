"""Names of places in S3: s3a://bucket/key, or s3:// and s3n://, which mean the same here."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rowmill.errors import StorageError

SCHEMES = ("s3a", "s3", "s3n")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]")  # Amazon S3 User Guide, "Bucket naming rules"; and _
MAX_KEY_BYTES = 1024


def is_s3(path: str) -> bool:
    """Whether a path names a place in S3."""
    return path.partition("://")[0].lower() in SCHEMES and "://" in path


@dataclass(frozen=True, slots=True)
class S3Uri:
    """A bucket and a key in it, or the prefix of many keys, without slashes at its ends; empty for the bucket."""

    bucket: str
    key: str

    def __str__(self) -> str:
        return f"s3a://{self.bucket}/{self.key}".rstrip("/")

    def __truediv__(self, name: str) -> S3Uri:
        return S3Uri(self.bucket, f"{self.key}/{name}" if self.key else name)

    @property
    def prefix(self) -> str:
        """What the keys below this place begin with."""
        return f"{self.key}/" if self.key else ""


def parse_uri(text: str, where: str = "output") -> S3Uri:
    """A place from its URI. Raises StorageError for one that no store can hold."""
    _, _, rest = text.partition("://")
    bucket, _, key = rest.partition("/")
    if not _BUCKET.fullmatch(bucket):
        fix = "a bucket has 3 to 63 lower-case letters, digits, dots and hyphens: s3a://bucket/path"
        raise StorageError("there is no valid bucket in it", where=where, value=text, fix=fix)
    parts = [part for part in key.split("/") if part]
    if any(part in (".", "..") for part in parts) or any(ord(c) < 32 or ord(c) == 127 for c in key):
        fix = "S3 has no folders to go up to; write the path itself"
        raise StorageError("a path in S3 can't hold . or .. or control characters", where=where, value=text, fix=fix)
    joined = "/".join(parts)
    if len(joined.encode()) > MAX_KEY_BYTES - 128:
        raise StorageError("the path is too long for S3", where=where, value=f"{joined[:60]}...")
    return S3Uri(bucket, joined)
