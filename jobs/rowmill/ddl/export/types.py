"""A canonical type as a dialect writes it; what it loses there is noted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rowmill.ddl.dialects import Dialect
from rowmill.ddl.export.quoting import name as quoted_name
from rowmill.ddl.export.type_names import (
    CHAR_MAX,
    KEY_NAMES,
    NESTED,
    OWN_NAMES,
    PRECISION_MAX,
    SCALE_MAX,
    TYPE_NAMES,
    VARCHAR_MAX,
)
from rowmill.schema.types import DataType

Note = Callable[[str], None]
_UNBOUNDED = frozenset({"string", "binary"})


@dataclass(frozen=True, slots=True)
class TypeWriter:
    """Writes types of one dialect.

    own:   the schema came from this dialect: a type without source text was one of its own plain words
    files: the table is one of files outside, whose nested types are Hive's (Redshift)
    """

    target: Dialect
    own: bool
    files: bool = False

    def write(self, dtype: DataType, note: Note, *, in_key: bool = False, longest: int | None = None) -> str:
        """The type's text.

        note:    told in a few words what the dialect's type does not hold
        in_key:  the column is part of a key
        longest: the length of its longest value, where that is known
        """
        if dtype.children:
            return self._nested(dtype, note)
        if dtype.name in _UNBOUNDED and self.target.name in KEY_NAMES and not self.own:
            bounded = KEY_NAMES[self.target.name]
            if dtype.name == "string" and longest is not None and 0 < longest <= VARCHAR_MAX[self.target.name]:
                return self._sized("varchar", longest)
            if in_key:
                text = bounded[dtype.name == "binary"]
                note(f"{dtype} is narrower as {text}: a large object can't be a key")
                return text
        if dtype.name == "decimal":
            return self._decimal(dtype, note)
        if dtype.name in ("char", "varchar"):
            return self._text(dtype, note)
        return self._named(dtype.name, note, str(dtype))

    def _named(self, name: str, note: Note, shown: str) -> str:
        names = TYPE_NAMES[self.target.name]
        own = OWN_NAMES.get(self.target.name, {}) if self.own else {}
        text, _, lost = (own.get(name) or names[name]).partition(" # ")
        if lost:
            note(f"{shown} as {text}: {lost}")
        return text

    def _sized(self, name: str, length: int, note: Note | None = None) -> str:
        text = self._named(name, note or (lambda lost: None), f"{name}({length})")
        return text.replace("{n}", str(length))

    def _text(self, dtype: DataType, note: Note) -> str:
        limit = (CHAR_MAX if dtype.name == "char" else VARCHAR_MAX).get(self.target.name)
        if limit is None or dtype.length <= limit or self.own:
            return self._sized(dtype.name, dtype.length, note)
        if dtype.name == "char" and dtype.length <= VARCHAR_MAX.get(self.target.name, 0):
            text = self._sized("varchar", dtype.length, note)
            note(f"{dtype} as {text}: a char has {limit} characters at most")
            return text
        text = self._named("string", lambda lost: None, str(dtype))
        note(f"{dtype} as {text}: its length is not kept, a varchar has {VARCHAR_MAX[self.target.name]} at most")
        return text

    def _decimal(self, dtype: DataType, note: Note) -> str:
        template = (OWN_NAMES.get(self.target.name, {}) if self.own else {}).get("decimal")
        template = template or TYPE_NAMES[self.target.name]["decimal"]
        precision, scale = dtype.precision, dtype.scale
        if self.target.name == "bigquery" and not self.own and (scale > 9 or precision - scale > 29):
            template = template.replace("NUMERIC", "BIGNUMERIC")
        if not self.own:
            precision = min(precision, PRECISION_MAX.get(self.target.name, precision))
            scale = min(scale, SCALE_MAX.get(self.target.name, scale))
        text = template.format(p=precision, s=scale)
        if (precision, scale) != dtype.params:
            note(f"{dtype} is narrower as {text}")
        elif self.target.name == "sqlite" and precision > 15 and not self.own:
            note(f"{dtype} as {text}: SQLite calculates with 15 digits")
        return text

    def _nested(self, dtype: DataType, note: Note) -> str:
        forms = self._forms(dtype)
        if forms is None:
            kind = dtype.name if dtype.name in TYPE_NAMES[self.target.name] else "nested"
            return self._named(kind, note, dtype.name)
        array, mapping, struct, field = forms
        if dtype.name == "struct":
            fields = (
                field.format(quoted_name(name, self.target), self.write(child, note))
                for name, child in zip(dtype.field_names, dtype.children, strict=True)
            )
            return struct.format(", ".join(fields))
        inner = [self.write(child, note) for child in dtype.children]
        if dtype.name == "map":
            return mapping.format(*inner)
        if self.target.name == "bigquery" and dtype.children[0].name in ("array", "map"):
            note("array of arrays as an array of structs: BigQuery has none")
            inner = [f"STRUCT<item {inner[0]}>"]
        return array.format(*inner)

    def _forms(self, dtype: DataType) -> tuple[str, str, str, str] | None:
        if self.files and self.target.name == "redshift":
            return NESTED["hive"]
        if self.target.name == "postgres":  # arrays of what is no array of documents
            return ("{0}[]", "", "", "") if _plain_array(dtype) else None
        if self.target.name == "vertica":
            return ("ARRAY[{0}]", "", "ROW({0})", "{0} {1}") if _without_maps(dtype) else None
        return NESTED.get(self.target.name)


def _plain_array(dtype: DataType) -> bool:
    inner = dtype
    while inner.name == "array":
        inner = inner.children[0]
    return dtype.name == "array" and not inner.children


def _without_maps(dtype: DataType) -> bool:
    return dtype.name != "map" and all(_without_maps(child) for child in dtype.children)
