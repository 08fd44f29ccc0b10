"""Writing a text file whole: whoever reads it sees the old one or the new one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from rowmill.errors import ConfigError


def write_text(path: Path, text: str, what: str) -> None:
    """Writes beside the target and renames. The rights of a file that is there stay.

    what: of the message, as "the slice file". Raises ConfigError.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
        handle, beside = tempfile.mkstemp(prefix=f".{path.name[:64]}.", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fchmod(file.fileno(), mode)
                os.fsync(file.fileno())
            os.replace(beside, path)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigError(f"can't write {what}: {reason}", where=str(path), fix="name another place") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
