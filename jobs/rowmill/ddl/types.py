"""A source type -> the canonical type, by the tables of type_maps."""

from __future__ import annotations

import re
from dataclasses import replace

from sqlglot import exp

from rowmill.ddl.dialects import Dialect
from rowmill.ddl.type_maps import BARE_DECIMAL, COMMON, DIALECT_WORDS, SAME, VARCHAR_MAX, WORDS
from rowmill.errors import SchemaError
from rowmill.schema.model import TableColumn
from rowmill.schema.types import DataType, parse_type

_SIZES = re.compile(r"\([^()]*\)")
_DOUBLE_BITS = 24  # FLOAT(p): up to 24 binary digits fit a float


class Unknown(Exception):
    """No table knows the type, or the canonical type can't hold it; `fix` says what to do."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix


def canonical(found: exp.Expr | None, written: str, dialect: Dialect) -> DataType:
    """The canonical type of a column. `written` is the type's own text. Raises Unknown."""
    try:
        if isinstance(found, exp.Interval):
            return DataType("interval")
        if not isinstance(found, exp.DataType):
            raise Unknown("the column has no type that can be read", "write its type")
        return _type(found, _words(written), written, dialect)
    except SchemaError as error:
        raise Unknown(error.what, error.fix or "use a type that fits the limits") from error


def is_exact(dtype: DataType, written: str) -> bool:
    """Whether the canonical type says all that the source type's text says."""
    text = re.sub(r"\s*([(),<>:])\s*", r"\1", " ".join(written.lower().split()))
    if dtype.is_nested:
        return text.replace("integer", "int") == str(dtype).lower()
    size = f"({','.join(map(str, dtype.params))})" if dtype.params else ""
    same = {word + size for word in SAME.get(dtype.name, ())}
    if dtype.name == "decimal" and dtype.scale == 0:
        same |= {f"{word}({dtype.precision})" for word in SAME["decimal"]}
    if dtype == DataType("char", (1,)):
        same |= {"char", "character"}
    return text in same


def with_type(column: TableColumn, dtype: DataType, written: str) -> TableColumn:
    """The column with its type, and with the source type's text where the canonical one loses some of it."""
    return replace(column, type=dtype, source_type=None if is_exact(dtype, written) else " ".join(written.split()))


def _words(written: str) -> str:
    """`national character varying (20)` -> `NATIONAL CHARACTER VARYING`."""
    text = written
    while _SIZES.search(text):
        text = _SIZES.sub(" ", text)
    return " ".join(re.sub(r'["\[\]`]', " ", text).upper().split())


def _type(found: exp.DataType, words: str, written: str, dialect: Dialect) -> DataType:
    kind = found.this.name if isinstance(found.this, exp.DataType.Type) else str(found.this)
    if isinstance(found.this, exp.Interval):
        return DataType("interval")
    if kind in ("ARRAY", "LIST", "MAP", "STRUCT", "NESTED"):
        return _nested(kind, found, written, dialect)
    if kind in ("LOWCARDINALITY", "NULLABLE"):
        inner = found.expressions[0]
        return _type(inner, "", inner.sql(dialect.parser), dialect)
    name = DIALECT_WORDS.get(dialect.name, {}).get(words) or WORDS.get(words) or COMMON.get(kind)
    sizes = [_size(item) for item in found.expressions] or _written_sizes(written)
    if kind == "BIT":
        name = _bit(dialect, sizes)
    if name is None or (kind == "DATETIME64" and len(found.expressions) > 1):
        if kind == "DATETIME64":
            return DataType("timestamp")
        raise Unknown("unknown type", f"read as {dialect.name}: use a type of it, or name the dialect (--dialect)")
    if kind == "TINYINT" and dialect.name in ("mysql", "singlestore") and sizes == [1]:
        return DataType("boolean")
    if words == "FLOAT" and sizes and isinstance(sizes[0], int) and dialect.name != "oracle":
        # FLOAT(p) of binary digits; FLOAT(m,d) of MySQL stays what FLOAT is.
        return DataType("float" if sizes[0] <= _DOUBLE_BITS else "double") if len(sizes) == 1 else parse_type(name)
    return _sized(name, sizes, dialect)


def _size(item: exp.Expr) -> int | str:
    text = item.name or item.sql()
    if isinstance(item, exp.DataTypeParam):
        text = item.this.sql()
    return int(text) if re.fullmatch(r"-?\d{1,9}", text) else text.upper()


def _written_sizes(written: str) -> list[int | str]:
    # sqlglot drops the size of a type whose engine ignores it, such as DuckDB's VARCHAR(20).
    found = re.search(r"\(([\d\s,]+)\)", written)
    return [int(size) for size in found.group(1).split(",") if size.strip()] if found else []


def _bit(dialect: Dialect, sizes: list[int | str]) -> str | None:
    if dialect.name == "tsql" or (dialect.name in ("mysql", "singlestore") and sizes in ([], [1])):
        return "boolean"
    return None


def _sized(name: str, sizes: list[int | str], dialect: Dialect) -> DataType:
    """The type with the source's sizes, or with what the dialect means by none."""
    numbers = [size for size in sizes if isinstance(size, int)]
    if name == "decimal":
        precision, scale = (*numbers, 0)[:2] if numbers else BARE_DECIMAL[dialect.name]
        if scale < 0:  # NUMBER(5,-2): rounded to hundreds, so two digits more before the point
            precision, scale = precision - scale, 0
        elif scale > precision:  # NUMBER(2,5): zeros after the point
            precision = scale
        return parse_type(f"decimal({precision},{scale})")
    if name.endswith(",s)"):
        return parse_type(name.replace("s)", f"{numbers[-1] if numbers else 0})"))
    if name == "char":
        return parse_type(f"char({numbers[0] if numbers else 1})")
    if name == "varchar":
        if "MAX" in sizes and dialect.name in VARCHAR_MAX:
            return DataType("varchar", (VARCHAR_MAX[dialect.name],))
        return DataType("varchar", (numbers[0],)) if numbers else DataType("string")
    return parse_type(name)


def _nested(kind: str, found: exp.DataType, written: str, dialect: Dialect) -> DataType:
    inner = found.expressions
    if kind in ("STRUCT", "NESTED"):
        names: list[str] = []
        children: list[DataType] = []
        for field in inner:
            if not isinstance(field, exp.ColumnDef) or not isinstance(field.args.get("kind"), exp.DataType):
                raise Unknown("a struct's field has no name or no type", "write it as name type")
            names.append(field.name)
            children.append(_inner(field.args["kind"], dialect))
        if not names:
            raise Unknown("a struct without fields", "write its fields")
        struct = DataType("struct", children=tuple(children), field_names=tuple(names))
        return struct if kind == "STRUCT" else DataType("array", children=(struct,))
    if not inner:
        if dialect.name == "snowflake":  # its arrays and maps may hold anything
            return DataType("json")
        raise Unknown(f"a {kind.lower()} without its element type", "write the element type")
    children = [_inner(item, dialect) for item in inner]
    if kind == "MAP":
        return DataType("map", children=tuple(children[:2]))
    return DataType("array", children=(children[0],))


def _inner(found: exp.Expr, dialect: Dialect) -> DataType:
    if not isinstance(found, exp.DataType):
        return canonical(found, found.sql(dialect.parser), dialect)
    written = found.sql(dialect.parser)
    # Words only where sqlglot's own name doesn't tell: a regenerated text is not what the source said.
    words = _words(written) if found.this.name in ("USERDEFINED", "TIMESTAMP", "TIMESTAMPTZ", "DATE") else ""
    return _type(found, words, written, dialect)
