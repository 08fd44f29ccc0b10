"""One CREATE TABLE statement, parsed by sqlglot -> a draft of the table."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from rowmill.ddl.columns import ColumnText, column_text, dropped
from rowmill.ddl.dialects import Dialect
from rowmill.ddl.draft import Draft, DraftKey
from rowmill.ddl.lexer import Statement
from rowmill.ddl.outline import Outline
from rowmill.ddl.proof import prove
from rowmill.ddl.properties import apply_properties
from rowmill.ddl.redshift import tail_options
from rowmill.ddl.types import Unknown, canonical, with_type
from rowmill.errors import DDLError
from rowmill.schema.model import TableColumn
from rowmill.schema.types import DataType

# sqlglot warns on a logger about each statement that it gives up; we refuse those in our own words.
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)

_PLACEHOLDER = DataType("string")
# Column constraints that the model has a place for; all others are kept as their SQL text.
_SAID_ELSEWHERE = (
    exp.NotNullColumnConstraint,
    exp.DefaultColumnConstraint,
    exp.CommentColumnConstraint,
    exp.AutoIncrementColumnConstraint,
    exp.Properties,
)
_ORDER = ("diststyle", "distkey", "sortstyle", "sortkey", "encode")


def parse(text: str, dialect: Dialect, where: str) -> exp.Expr:
    """sqlglot's tree of one statement. Raises DDLError where it can't read it, or gives it up as a Command."""
    try:
        tree = sqlglot.parse_one(text, read=dialect.parser)
    except SqlglotError as error:
        details = getattr(error, "errors", None) or [{}]
        what = details[0].get("description") or str(error).split("\n")[0]
        met = details[0].get("highlight") or None
        raise DDLError(f"not understood: {what}", where=where, value=met, fix=_fix(dialect)) from error
    except RecursionError:
        raise DDLError("nested too deeply", where=where, fix="take the nesting apart") from None
    if isinstance(tree, exp.Command):
        raise DDLError("not understood", where=where, value=_excerpt(text), fix=_fix(dialect))
    return tree


def _fix(dialect: Dialect) -> str:
    return f"read as {dialect.name}: if it is another dialect, name it (--dialect)"


def _excerpt(text: str) -> str:
    return " ".join(text.split())[:60]


def read_table(statement: Statement, shape: Outline, dialect: Dialect, where: str) -> Draft:
    """The draft of a CREATE TABLE, proved complete. Raises DDLError naming what can't be converted."""
    texts = [column_text(item, statement.text, statement.start, dialect) for item in shape.columns]
    spans = [span for column in texts for span in column.peeled]
    for item in shape.items:
        if item not in shape.columns:
            spans += dropped(item, statement.start, dialect)
    text = _without(statement.text, spans)
    options = {}
    if dialect.name == "redshift" and shape.tail:
        options = tail_options(shape.tail, where)
        text = text[: shape.tail[0].start - statement.start]
    tree = parse(text, dialect, where)
    schema = tree.this
    if not isinstance(tree, exp.Create) or not isinstance(schema, exp.Schema):
        raise DDLError("the table has no column definitions", where=where, fix="write its columns in parentheses")
    table = schema.this
    draft = Draft(table.name, _schema_name(table), where, statement.line, [], options=options)
    definitions = [item for item in schema.expressions if isinstance(item, exp.ColumnDef)]
    partitions = _partition_definitions(tree)
    prove(shape, [item.name for item in (*definitions, *partitions)], where)
    texts += [column_text(item, statement.text, statement.start, dialect) for item in shape.partitions]
    for definition, column in zip([*definitions, *partitions], texts, strict=True):
        _check_twice(draft, definition.name, where)
        draft.columns.append(_column(definition, column, dialect, where))
    draft.partition_by = tuple(item.name for item in partitions)
    for definition in definitions:
        _column_keys(draft, definition, dialect, where)
    for item in schema.expressions:
        if not isinstance(item, exp.ColumnDef):
            add_constraint(draft, item, dialect, where)
    _physical(draft, texts, where)
    apply_properties(draft, tree, dialect)
    return draft


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    # Blanks instead of cuts: places in the parser's messages stay right.
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _schema_name(table: exp.Expr) -> str | None:
    parts = [part for part in (table.text("catalog"), table.text("db")) if part]
    return ".".join(parts) or None


def _check_twice(draft: Draft, name: str, where: str) -> None:
    if name.casefold() in (column.name.casefold() for column in draft.columns):
        raise DDLError("two columns of this name", where=where, value=name, fix="rename one of them")


def _partition_definitions(tree: exp.Create) -> list[exp.ColumnDef]:
    found = tree.find(exp.PartitionedByProperty)
    if found is None or not isinstance(found.this, exp.Schema):
        return []
    return [item for item in found.this.expressions if isinstance(item, exp.ColumnDef)]


def _column(definition: exp.ColumnDef, text: ColumnText, dialect: Dialect, where: str) -> TableColumn:
    at = f"{where} column '{definition.name}'"
    found = definition.args.get("kind")
    try:
        dtype = canonical(found, text.type, dialect)
    except Unknown as error:
        raise DDLError(error.what, where=at, value=text.type or None, fix=error.fix) from None
    column = with_type(TableColumn(definition.name, _PLACEHOLDER, default=text.default), dtype, text.type)
    if dialect.name == "clickhouse":
        column = replace(column, nullable="nullable" in text.type.lower())
    if isinstance(found, exp.DataType) and "SERIAL" in str(getattr(found.this, "name", "")):
        column = replace(column, nullable=False, generated=True)
    for constraint in definition.args.get("constraints") or ():
        kind = constraint.args.get("kind")
        if isinstance(kind, exp.NotNullColumnConstraint):
            column = replace(column, nullable=bool(kind.args.get("allow_null")))
        elif isinstance(kind, exp.GeneratedAsIdentityColumnConstraint | exp.AutoIncrementColumnConstraint):
            # An expression means `GENERATED ALWAYS AS (a * 2)`: computed, but free to be null.
            column = replace(column, generated=True, nullable=column.nullable and bool(kind.args.get("expression")))
        elif isinstance(kind, exp.ComputedColumnConstraint | exp.GeneratedAsRowColumnConstraint):
            column = replace(column, generated=True)
        elif isinstance(kind, exp.CommentColumnConstraint):
            column = replace(column, comment=kind.this.name)
        elif isinstance(kind, exp.Properties):
            column = replace(column, comment=_option(kind, "description") or column.comment)
    return column


def _option(properties: exp.Properties, name: str) -> str | None:
    for item in properties.expressions:
        if isinstance(item, exp.Property) and item.name.lower() == name:
            return str(item.args["value"].name)
    return None


def _column_keys(draft: Draft, definition: exp.ColumnDef, dialect: Dialect, where: str) -> None:
    at = f"{where} column '{definition.name}'"
    for constraint in definition.args.get("constraints") or ():
        kind = constraint.args.get("kind")
        if isinstance(kind, exp.PrimaryKeyColumnConstraint):
            draft.set_primary_key([definition.name], at)
        elif isinstance(kind, exp.UniqueColumnConstraint):
            draft.add_unique([definition.name], at)
        elif isinstance(kind, exp.Reference):
            draft.add_foreign_key(_reference([definition.name], kind, at))
        elif isinstance(kind, exp.CheckColumnConstraint):
            draft.checks.append(kind.this.sql(dialect.parser))
        elif isinstance(kind, exp.ComputedColumnConstraint):
            draft.options.setdefault("computed", {})[definition.name] = kind.this.sql(dialect.parser)
        elif isinstance(kind, exp.GeneratedAsIdentityColumnConstraint):
            _identity(draft, definition.name, kind, dialect)
        elif kind is not None and not isinstance(kind, _SAID_ELSEWHERE):
            rest = draft.options.setdefault("attributes", {})
            rest[definition.name] = " ".join([*rest.get(definition.name, "").split(), kind.sql(dialect.parser)])


def _identity(draft: Draft, column: str, kind: exp.Expr, dialect: Dialect) -> None:
    """What the model's `generated` doesn't say: a computed column's expression, another start or step than 1."""
    if kind.args.get("expression"):
        draft.options.setdefault("computed", {})[column] = kind.args["expression"].sql(dialect.parser)
        return
    steps = {name: kind.args[name].sql() for name in ("start", "increment") if kind.args.get(name) is not None}
    if any(step != "1" for step in steps.values()):
        draft.options.setdefault("identity", {})[column] = {
            name: int(step) if step.lstrip("-").isdigit() else step for name, step in steps.items()
        }


def add_constraint(draft: Draft, item: exp.Expr, dialect: Dialect, where: str) -> None:
    """Adds a table constraint, from the body or from ALTER TABLE. Raises DDLError for one that is not known."""
    if isinstance(item, exp.Constraint):
        for part in item.expressions:
            add_constraint(draft, part, dialect, where)
    elif isinstance(item, exp.PrimaryKey):
        draft.set_primary_key(_names(item.expressions), where)
    elif isinstance(item, exp.PrimaryKeyColumnConstraint):
        # `CONSTRAINT pk PRIMARY KEY CLUSTERED (a ASC)` comes as a column's constraint with its columns inside.
        draft.set_primary_key(_names(_inside(item)), where)
    elif isinstance(item, exp.UniqueColumnConstraint):
        draft.add_unique(_names(_inside(item)), where)
    elif isinstance(item, exp.ForeignKey):
        reference = item.args.get("reference")
        if reference is None:
            raise DDLError("a foreign key without its table", where=where, fix="write REFERENCES table (columns)")
        draft.add_foreign_key(_reference(_names(item.expressions), reference, where))
    elif isinstance(item, exp.CheckColumnConstraint):
        draft.checks.append(item.this.sql(dialect.parser))
    elif isinstance(item, exp.IndexColumnConstraint):
        return  # an index holds no data
    else:
        met = _excerpt(item.sql(dialect.parser))
        raise DDLError("constraint not understood", where=where, value=met, fix=_fix(dialect))


def _inside(item: exp.Expr) -> Sequence[exp.Expr]:
    inside = item.this
    if isinstance(inside, exp.Schema | exp.Tuple):
        return list(inside.expressions)
    return [inside] if isinstance(inside, exp.Expr) else list(item.find_all(exp.Ordered, exp.Column))


def _names(items: Iterable[exp.Expr]) -> list[str]:
    names: list[str] = []
    for item in items:
        # `(a DESC)`, `(a(10))` and `(a)` all name the column a.
        found = item if isinstance(item, exp.Identifier) else item.find(exp.Identifier)
        if found is not None:
            names.append(found.name)
    return names


def _reference(columns: Sequence[str], reference: exp.Expr, where: str) -> DraftKey:
    target = reference.this
    table = target.this if isinstance(target, exp.Schema) else target
    named = [item.name for item in target.expressions] if isinstance(target, exp.Schema) else []
    parts = [part for part in (table.text("catalog"), table.text("db"), table.name) if part]
    rules = tuple(option if isinstance(option, str) else option.sql() for option in reference.args.get("options") or ())
    return DraftKey(tuple(columns), ".".join(parts), tuple(named), where, tuple(rule.upper() for rule in rules))


def _physical(draft: Draft, texts: Sequence[ColumnText], where: str) -> None:
    """Redshift's column-level keys and encodings join those of the table."""
    distkeys = [text.name for text in texts if text.distkey]
    sortkeys = [text.name for text in texts if text.sortkey]
    if len(distkeys) > 1 or (distkeys and "distkey" in draft.options):
        raise DDLError("two distribution keys", where=where, value=", ".join(distkeys), fix="keep one")
    if distkeys:
        draft.options["distkey"] = distkeys[0]
    if sortkeys:
        if "sortkey" in draft.options:
            both = ", ".join(sortkeys)
            raise DDLError("sort keys at columns and at the table", where=where, value=both, fix="keep one")
        draft.options["sortkey"] = sortkeys
    for key in ("distkey", "sortkey"):
        value = draft.options.get(key)
        if isinstance(value, list):
            draft.options[key] = list(draft.names(value, where, key))
        elif value is not None and value != "auto":
            draft.options[key] = draft.column_name(value, where, key)
    encode = {text.name: text.encode for text in texts if text.encode}
    if encode:
        draft.options["encode"] = encode
    rank = {key: i for i, key in enumerate(_ORDER)}
    draft.options = dict(sorted(draft.options.items(), key=lambda option: rank.get(option[0], len(rank))))
