"""Reading a schema YAML into the model, with file and line in every complaint."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match
from jsonschema.validators import extend

from rowmill.errors import SchemaError
from rowmill.schema.json_schema import json_schema
from rowmill.schema.model import ForeignKey, GeneratorSpec, SchemaFile, TableColumn, TableDefinition
from rowmill.schema.types import parse_type
from rowmill.schema.vocabulary import DISTRIBUTIONS, VOCABULARY, Entry

MAX_BYTES = 64 * 1024 * 1024
MAX_NODES = 5_000_000
_Path = tuple[str | int, ...]


def load_schema(path: str | Path) -> SchemaFile:
    """Reads one schema YAML. Raises SchemaError naming file, line and path of the first fault."""
    file = Path(path)
    try:
        if file.stat().st_size > MAX_BYTES:
            raise SchemaError("the file is larger than 64 MiB", where=str(file), fix="split it")
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SchemaError(f"can't read the schema: {reason}", where=str(file)) from error
    return parse_schema(text, str(file))


def parse_schema(text: str, source: str) -> SchemaFile:
    """Reads schema YAML from text; `source` is its name in messages. Raises SchemaError."""
    try:
        loader = _loader(text)
        try:
            node = loader.get_single_node()
            _refuse_expansion(node, source)
            data = None if node is None else loader.construct_document(node)
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it is not valid YAML"
        raise SchemaError(f"invalid YAML: {problem}", where=f"{source}{line}") from error
    except RecursionError:
        raise SchemaError("invalid YAML: nested too deeply", where=source) from None
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        # What PyYAML's own constructors let through: `!!bool maybe`, `!!int ""` and the like.
        raise SchemaError("invalid YAML: a value does not fit its tag", where=source) from error
    lines = _Lines(node, source)
    if data is None:
        raise SchemaError("the file is empty", where=source, fix="it needs `tables:` with at least one table")
    return _checked(data, lines)


def parse_document(data: Any, source: str) -> SchemaFile:
    """A schema from the dicts and lists that its YAML stands for. Raises SchemaError."""
    return _checked(data, _Lines(None, source))


def _checked(data: Any, lines: _Lines) -> SchemaFile:
    _validate(data, lines)
    return _schema_file(data, lines)


def parse_columns(columns: Iterable[Mapping[str, Any] | TableColumn], table: str = "data") -> TableDefinition:
    """A table from the `columns` list of a YAML, as the seed's API hands it over. Raises SchemaError."""
    items = list(columns)
    if items and all(isinstance(item, TableColumn) for item in items):
        definition = TableDefinition(table, tuple(item for item in items if isinstance(item, TableColumn)))
        _check_names(definition, _Lines(None, "fields"), 0)
        return definition
    document = {"tables": [{"name": table, "columns": items}]}
    return parse_schema(yaml.safe_dump(document, sort_keys=False), "fields").tables[0]


class _Strict:
    """What our loaders do otherwise: dates stay the text that they were, the same key twice is refused."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value != "<<":
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"the key '{key.value}' stands twice", key.start_mark
                    )
                seen.add(key.value)
        return super().construct_mapping(node, deep)  # type: ignore[misc, no-any-return]


class _Loader(_Strict, yaml.SafeLoader):
    pass


class _QuickLoader(_Strict, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The same by libyaml, ten times as fast, where PyYAML has it."""


_SAFE_DEPTH = 10_000  # libyaml has no limit but the stack's: it dies of some 50,000
_SIMPLE_QUOTES = re.compile(r"'[^'\n]*'|\"[^\"\\\n]*\"")


def _loader(text: str) -> yaml.SafeLoader:
    return _Loader(text) if len(text) > _SAFE_DEPTH and _may_be_deep(text) else _QuickLoader(text)


def _may_be_deep(text: str) -> bool:
    """Whether brackets, or marks of one line, could be nested deeper than is safe."""
    depth = 0
    for line in text.split("\n"):
        if line.count("- ") + line.count("? ") + line.count(": ") > _SAFE_DEPTH:
            return True
        if "[" in line or "{" in line or "]" in line or "}" in line:
            bare = _SIMPLE_QUOTES.sub("", line)
            depth += bare.count("[") + bare.count("{")
            if depth > _SAFE_DEPTH:
                return True
            if "'" not in bare and '"' not in bare:  # else a bracket may be text
                depth = max(0, depth - bare.count("]") - bare.count("}"))
    return False


def _construct_int(loader: _Loader, node: yaml.ScalarNode) -> int:
    value = int(loader.construct_yaml_int(node))
    if value.bit_length() > _MAX_INTEGER_BITS:
        raise yaml.constructor.ConstructorError(None, None, "a number of too many digits", node.start_mark)
    return value


_MAX_INTEGER_BITS = 256  # decimal(38,0) takes 127
for _kind in (_Loader, _QuickLoader):
    _kind.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: str(node.value))
    _kind.add_constructor("tag:yaml.org,2002:int", _construct_int)


def _refuse_expansion(node: yaml.Node | None, source: str) -> None:
    """Aliases may stand for far more than the file holds, or for themselves: refused before anything walks them."""
    sizes: dict[int, int] = {}
    inside: set[int] = set()

    def size(part: yaml.Node) -> int:
        if isinstance(part, yaml.ScalarNode):
            return 1
        if id(part) in inside:
            raise SchemaError("invalid YAML: an alias stands for itself", where=f"{source}:{part.start_mark.line + 1}")
        if id(part) not in sizes:
            inside.add(id(part))
            children = part.value if isinstance(part, yaml.SequenceNode) else [n for pair in part.value for n in pair]
            sizes[id(part)] = 1 + sum(size(child) for child in children)
            inside.discard(id(part))
        return sizes[id(part)]

    if node is not None and size(node) > MAX_NODES:
        raise SchemaError(f"more than {MAX_NODES:,} values", where=source, fix="split the file or drop its aliases")


class _Lines:
    """Finds the line of a path such as ('tables', 0, 'columns', 2) in the YAML's nodes."""

    def __init__(self, node: yaml.Node | None, source: str) -> None:
        self.node = node
        self.source = source

    def line(self, path: Sequence[str | int]) -> int:
        node = self.node
        line = 1
        for step in path:
            found: yaml.Node | None = None
            if isinstance(node, yaml.MappingNode):
                for key, value in node.value:
                    if getattr(key, "value", None) == str(step):
                        found, line = value, key.start_mark.line + 1
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                found = node.value[step]
                line = found.start_mark.line + 1
            if found is None:
                return line
            node = found
        return line

    def where(self, path: Sequence[str | int]) -> str:
        text = ""
        for step in path:
            text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
        place = f"{self.source}:{self.line(path)}" if self.node is not None else self.source
        return f"{place} {text}" if text else place


_EXPONENT = re.compile(r"[-+]?[0-9]{1,40}(\.[0-9]{0,40})?[eE][-+]?[0-9]{1,3}")


def numeral(value: Any) -> Any:
    """The number that a text such as `1e6` or `2.5E-3` stands for; anything else as it is."""
    if not isinstance(value, str) or _EXPONENT.fullmatch(value) is None:
        return value
    exact = Fraction(value)
    return int(exact) if exact.denominator == 1 and abs(exact) < 10**76 else float(value)


@lru_cache(maxsize=1)
def _validator() -> Any:
    # JSON Schema takes 5.0 for an integer and knows no NaN: here a count is an int, a number finite.
    # YAML 1.1 reads 1e6 as text: it is a number where one is expected.
    def integer(_: Any, value: Any) -> bool:
        return isinstance(numeral(value), int) and not isinstance(value, bool)

    def number(_: Any, value: Any) -> bool:
        found = numeral(value)
        return isinstance(found, int | float) and not isinstance(found, bool) and math.isfinite(found)

    checker = Draft202012Validator.TYPE_CHECKER.redefine_many({"integer": integer, "number": number})
    bounds = {name: _of_number(Draft202012Validator.VALIDATORS[name]) for name in ("minimum", "maximum")}
    made = extend(Draft202012Validator, bounds, type_checker=checker)  # type: ignore[no-untyped-call]
    return made(json_schema())


def _of_number(check: Any) -> Any:
    def run(validator: Any, limit: Any, value: Any, schema: Any) -> Any:
        return check(validator, limit, numeral(value), schema)

    return run


def _validate(data: Any, lines: _Lines) -> None:
    try:
        error = best_match(_validator().iter_errors(data))
    except RecursionError:
        raise SchemaError("nested too deeply", where=lines.source) from None
    if error is None:
        return
    error = _deepest(error)
    path: _Path = tuple(error.absolute_path)
    raise SchemaError(_expectation(error), where=lines.where(path), value=_brief(error), fix=_fix_for(error))


def _deepest(error: ValidationError) -> ValidationError:
    # `anyOf` of "bare name" and "{name: arguments}": the branch of the same JSON type tells more.
    while error.context:
        objects = [e for e in error.context if e.schema_path[0] == 1] if len(error.context) else []
        same = [e for e in objects if e.validator != "type"] if isinstance(error.instance, dict) else []
        if isinstance(error.instance, dict) and same:
            error = best_match(same) or same[0]
            continue
        inner = [e for e in error.context if len(e.absolute_path) > len(error.absolute_path)]
        if not inner:
            break
        error = inner[0]
    return error


def _expectation(error: ValidationError) -> str:
    known = error.schema if isinstance(error.schema, dict) else {}
    wanted: Any = error.validator_value
    match error.validator:
        case "required":
            present: Any = error.instance
            missing = [name for name in wanted if name not in present]
            return f"'{missing[0]}' is missing"
        case "additionalProperties":
            given: Any = error.instance
            unknown = [name for name in given if name not in known.get("properties", {})]
            return f"'{unknown[0]}' is not known here"
        case "type":
            kinds = " or ".join(wanted) if isinstance(wanted, list) else wanted
            return f"{kinds} expected"
        case "minimum":
            return f"at least {error.validator_value} expected"
        case "maximum":
            return f"at most {error.validator_value} expected"
        case "minItems" | "minLength" | "minProperties":
            return "it must not be empty"
        case "maxProperties":
            return "one generator expected, not several"
        case "anyOf":
            return "a generator's name, or one name with its arguments, expected"
        case _:
            return error.message[:200]


def _fix_for(error: ValidationError) -> str | None:
    names: list[str] = []
    wrong = ""
    if error.validator == "additionalProperties" and isinstance(error.schema, dict):
        names = list(error.schema.get("properties", {}))
        given: Any = error.instance
        wrong = next(str(name) for name in given if name not in names)
    elif error.validator == "anyOf" and isinstance(error.instance, str):
        names, wrong = list(VOCABULARY), error.instance
        if wrong in VOCABULARY:
            needed = [n for n, a in VOCABULARY[wrong].arguments.items() if a.required] or ["..."]
            return f"{wrong} needs its arguments: {', '.join(needed)}"
    if not names:
        return None
    near = difflib.get_close_matches(wrong, names, n=2)
    return f"did you mean {' or '.join(near)}?" if near else f"known are {', '.join(sorted(names))}"


def _brief(error: ValidationError) -> Any:
    if error.validator in ("required", "additionalProperties"):
        return None
    text = repr(error.instance)
    return error.instance if len(text) <= 80 else text[:77] + "..."


def _schema_file(data: Mapping[str, Any], lines: _Lines) -> SchemaFile:
    tables = tuple(_table(item, lines, ("tables", i)) for i, item in enumerate(data["tables"]))
    seen: set[str] = set()
    for i, table in enumerate(tables):
        if table.name in seen:
            raise SchemaError("two tables have this name", where=lines.where(("tables", i)), value=table.name)
        seen.add(table.name)
    return SchemaFile(tables, data.get("dialect"), lines.source)


def _table(item: Mapping[str, Any], lines: _Lines, at: _Path) -> TableDefinition:
    columns = tuple(_column(column, lines, (*at, "columns", i)) for i, column in enumerate(item["columns"]))
    keys = tuple(
        _foreign_key(key, lines, (*at, "foreign_keys", i)) for i, key in enumerate(item.get("foreign_keys", ()))
    )
    table = TableDefinition(
        name=item["name"],
        columns=columns,
        schema=item.get("schema"),
        comment=item.get("comment"),
        rows=numeral(item.get("rows")),
        primary_key=tuple(item.get("primary_key", ())),
        unique=tuple(tuple(key) for key in item.get("unique", ())),
        foreign_keys=keys,
        partition_by=tuple(item.get("partition_by", ())),
        options=item.get("options", {}),
        line=lines.line(at),
    )
    _check_names(table, lines, at[-1] if isinstance(at[-1], int) else 0)
    return table


def _column(item: Mapping[str, Any], lines: _Lines, at: _Path) -> TableColumn:
    dtype = parse_type(item["type"], where=lines.where((*at, "type")))
    nullable = item.get("nullable", True)
    nulls = numeral(item.get("nulls"))
    if nulls and not nullable:
        raise SchemaError(
            f"column '{item['name']}' is not nullable, so it can't have nulls",
            where=lines.where((*at, "nulls")),
            value=nulls,
            fix="set nullable: true or take nulls away",
        )
    default = item.get("default")
    spec = item.get("generator")
    return TableColumn(
        name=item["name"],
        type=dtype,
        nullable=nullable,
        default=None if default is None else _sql_text(default),
        comment=item.get("comment"),
        generated=item.get("generated", False),
        source_type=item.get("source_type"),
        generator=None if spec is None else generator_spec(spec, VOCABULARY, lines.line((*at, "generator"))),
        nulls=nulls,
        line=lines.line(at),
    )


def _sql_text(value: object) -> str:
    return str(value).upper() if isinstance(value, bool) else str(value)


def generator_spec(item: str | Mapping[str, Any], entries: Mapping[str, Entry], line: int = 0) -> GeneratorSpec:
    """A generator from its YAML form (already valid by the JSON Schema)."""
    if isinstance(item, str):
        return GeneratorSpec(item, {}, line)
    ((name, body),) = item.items()
    entry = entries[name]
    if entry.obvious and (not isinstance(body, Mapping) or not _looks_like_arguments(body, entry)):
        body = {entry.obvious: body}
    args = dict(body or {})
    for key, argument in entry.arguments.items():
        if key in args:
            args[key] = _numbers(argument.kind, args[key])
    return GeneratorSpec(name, args, line)


def _numbers(kind: str, value: Any) -> Any:
    """An argument with the numbers that stand in it as text made numbers, where its kind asks for numbers."""
    if kind in ("integer", "count", "number", "share"):
        return numeral(value)
    if kind == "weights" and isinstance(value, list):
        return [numeral(v) for v in value]
    if kind == "sizes" and isinstance(value, Mapping):
        return {name: numeral(v) for name, v in value.items()}
    if kind == "cases" and isinstance(value, Mapping):
        return {
            name: {**case, "weights": _numbers("weights", case["weights"])} if case.get("weights") else case
            for name, case in value.items()
        }
    return value


def _looks_like_arguments(body: Mapping[str, Any], entry: Entry) -> bool:
    return all(key in entry.arguments for key in body)


def _foreign_key(item: Mapping[str, Any], lines: _Lines, at: _Path) -> ForeignKey:
    distribution = item.get("distribution")
    key = ForeignKey(
        columns=tuple(item["columns"]),
        table=item["references"]["table"],
        references=tuple(item["references"]["columns"]),
        distribution=None
        if distribution is None
        else generator_spec(distribution, DISTRIBUTIONS, lines.line((*at, "distribution"))),
        nulls=numeral(item.get("nulls")),
        line=lines.line(at),
    )
    if len(key.columns) != len(key.references):
        raise SchemaError(
            f"a foreign key of {len(key.columns)} columns references {len(key.references)}",
            where=lines.where(at),
            fix="name as many columns on both sides",
        )
    return key


def _check_names(table: TableDefinition, lines: _Lines, index: int) -> None:
    names = table.column_names
    at: _Path = ("tables", index)
    for i, name in enumerate(names):
        if name.casefold() in {other.casefold() for other in names[:i]}:
            raise SchemaError(
                f"table '{table.name}' has two columns of this name",
                where=lines.where((*at, "columns", i)),
                value=name,
            )
    used: list[tuple[_Path, tuple[str, ...]]] = [
        ((*at, "primary_key"), table.primary_key),
        ((*at, "partition_by"), table.partition_by),
        *(((*at, "unique", i), key) for i, key in enumerate(table.unique)),
        *(((*at, "foreign_keys", i), key.columns) for i, key in enumerate(table.foreign_keys)),
    ]
    for path, columns in used:
        for name in columns:
            if name not in names:
                near = difflib.get_close_matches(name, names, n=2)
                raise SchemaError(
                    f"table '{table.name}' has no such column",
                    where=lines.where(path),
                    value=name,
                    fix=f"did you mean {' or '.join(near)}?" if near else f"it has {', '.join(names)}",
                )
        if len(set(columns)) != len(columns):
            raise SchemaError("a column stands twice", where=lines.where(path), value=", ".join(columns))
    for name in table.options.get("bounds") or {}:
        if name not in names:
            near = difflib.get_close_matches(str(name), names, n=2)
            raise SchemaError(
                f"table '{table.name}' has no such column",
                where=lines.where((*at, "options", "bounds", name)),
                value=name,
                fix=f"did you mean {' or '.join(near)}?" if near else f"it has {', '.join(names)}",
            )
    if len(table.partition_by) >= len(names):
        raise SchemaError("every column is a partition column", where=lines.where((*at, "partition_by")))
