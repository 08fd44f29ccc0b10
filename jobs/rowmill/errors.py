"""The one exception tree: every error says what, where, which value, and what to do."""

from __future__ import annotations


class RowmillError(Exception):
    """Root of all errors that a user can cause or mend.

    what:  what went wrong, as a sentence without a full stop
    where: file, line, path, table or column
    value: the offending value as it was met
    fix:   what to do about it
    """

    def __init__(self, what: str, *, where: str | None = None, value: object = None, fix: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.value = value
        self.fix = fix

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        if self.value is not None:
            text += f" (got {self.value!r})"
        if self.fix:
            text += f"; {self.fix}"
        return " ".join(text.split())

    def __reduce__(self) -> tuple[object, ...]:
        # Raised in Spark's Python workers: must survive pickling with its parts.
        return (_rebuild, (type(self), self.what, self.where, self.value, self.fix))


def _rebuild(kind: type[RowmillError], what: str, where: str | None, value: object, fix: str | None) -> RowmillError:
    return kind(what, where=where, value=value, fix=fix)


def first_line(error: BaseException) -> str:
    """What an exception of somebody else's says, in one line of at most 200 characters; its type if it says nothing."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0][:200] if lines else type(error).__name__


class SchemaError(RowmillError):
    """The schema YAML, a type or a table name is wrong."""


class DDLError(RowmillError):
    """A DDL statement can't be converted without loss."""


class GeneratorError(RowmillError):
    """A generator can't do what it is asked."""


class StorageError(RowmillError):
    """Reading or writing data failed; what was there before is untouched."""


class HiveError(RowmillError):
    """The metastore refused or is in use."""


class ConfigError(RowmillError):
    """An argument, a variable or the environment is wrong."""


class ResourceError(RowmillError):
    """Disk, memory or time would not suffice."""
