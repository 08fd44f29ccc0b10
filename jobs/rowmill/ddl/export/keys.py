"""Keys and checks: those that stand among the columns, and those that are added when all tables are there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from rowmill.ddl.export.columns import identity_style
from rowmill.ddl.export.context import TableContext
from rowmill.ddl.export.expressions import translate
from rowmill.schema.model import ForeignKey

_RULE = re.compile(r"ON\s+(?:DELETE|UPDATE)\s+(?:CASCADE|RESTRICT|SET\s+NULL|SET\s+DEFAULT|NO\s+ACTION)", re.IGNORECASE)
# Types whose values can't be compared, so that they are no keys.
_NO_KEYS = frozenset({"json", "xml", "geometry", "map", "struct", "array"})
_MOST_KEY_BYTES = 3072  # of an InnoDB index, four bytes a character


@dataclass(slots=True)
class Keys:
    """A table's keys as texts.

    inside: lines of the table's body
    later:  statements that stand behind all tables
    """

    inside: list[str] = field(default_factory=list)
    later: list[str] = field(default_factory=list)


def keys_of(context: TableContext, created: frozenset[str]) -> Keys:
    """The keys and checks of a table. `created`: the tables that are there already, itself included."""
    keys = Keys()
    _primary_key(context, keys)
    for columns in context.table.unique:
        _unique(context, columns, keys)
    late = False
    for key in context.table.foreign_keys:
        # Once one key has to wait, those behind it wait, too: so their order stays.
        late = late or not _can_reference(context, key, created)
        _foreign_key(context, key, keys, late)
    _checks(context, keys)
    return keys


def _add(context: TableContext, keys: Keys, name: str | None, text: str, fallback: str, late: bool) -> None:
    if name is not None and name.upper() == "PRIMARY" and not context.own:
        name = None  # MySQL calls each primary key so, and takes no other of that name
    if not late:
        keys.inside.append(f"CONSTRAINT {context.name(name)} {text}" if name else text)
        return
    if name is None and context.grammar.key_names:
        name = fallback
    named = f"CONSTRAINT {context.name(name)} " if name else ""
    keys.later.append(f"ALTER TABLE {table_name(context)} ADD {named}{text}")


def table_name(context: TableContext) -> str:
    """The table's name as SQL."""
    return qualified_name(context.table.schema, context.table.name, context)


def qualified_name(schema: str | None, name: str, context: TableContext) -> str:
    parts = [*(schema.split(".") if schema else []), name]
    return ".".join(context.name(part) for part in (parts if context.own else parts[-context.grammar.parts :]))


def _late(context: TableContext, name: str | None) -> bool:
    """Hive's keys come by ALTER TABLE: CREATE TABLE alone is then one that Spark takes, too."""
    return context.grammar.late_keys and (not context.own or name is not None)


def _primary_key(context: TableContext, keys: Keys) -> None:
    columns = context.table.primary_key
    if not columns:
        return
    name = context.constraint_name("primary key")
    if len(columns) == 1 and identity_style(context.table.column(columns[0]), context) == "autoincrement key":
        return  # it stands at the column
    suffix = context.grammar.primary_key
    if context.own and context.target.name == "spark":
        suffix = "NOT ENFORCED"
    if suffix is None:
        context.lost(f"the primary key ({', '.join(columns)}) is dropped: {context.target.name} has none")
        return
    if not _comparable(context, columns, "primary key"):
        return
    if name and not context.own and context.target.name in ("bigquery", "clickhouse"):
        context.lost(f"the primary key's name {name} is dropped")
        name = None
    text = " ".join(f"PRIMARY KEY ({context.names(columns)}) {suffix}".split())
    _add(context, keys, name, text, f"pk_{context.table.name}", _late(context, name))


def _unique(context: TableContext, columns: tuple[str, ...], keys: Keys) -> None:
    what = f"unique ({', '.join(columns)})"
    name, suffix, grammar = context.constraint_name(what), context.grammar.unique, context.grammar
    if context.own and context.target.name == "spark":
        suffix = "NOT ENFORCED"
    if suffix is None and not (context.own and context.target.name == "databricks"):
        context.lost(f"the key {what} is dropped: {context.target.name} has none")
        return
    if not grammar.unique_nulls and not context.own and any(context.table.column(c).nullable for c in columns):
        context.lost(f"the key {what} is dropped: {context.target.name} wants its columns NOT NULL")
        return
    if context.target.name == "singlestore" and not context.own and not _holds_shard(context, columns):
        context.lost(f"the key {what} is dropped: singlestore wants the primary key's columns in it")
        return
    if not _comparable(context, columns, f"key {what}"):
        return
    text = " ".join(f"UNIQUE ({context.names(columns)}) {suffix or ''}".split())
    _add(context, keys, name, text, f"uq_{context.table.name}_{'_'.join(columns)}", _late(context, name))


def _holds_shard(context: TableContext, columns: tuple[str, ...]) -> bool:
    shard = context.table.primary_key or context.table.unique[0]
    return set(shard) <= set(columns)


def _comparable(context: TableContext, columns: tuple[str, ...], what: str) -> bool:
    if context.own or context.target.name == "sqlite":
        return True
    if context.target.name == "hive" and set(columns) & set(context.table.partition_by):
        context.lost(f"the {what} is dropped: hive's keys hold no partition's column")
        return False
    if context.target.name == "duckdb" and set(columns) & set(context.table.options.get("computed") or ()):
        context.lost(f"the {what} is dropped: duckdb has no keys on computed columns")
        return False
    if context.target.name == "mysql" and _text_bytes(context, columns) > _MOST_KEY_BYTES:
        context.lost(f"the {what} is dropped: it is longer than {_MOST_KEY_BYTES} bytes")
        return False
    bad = next((c for c in columns if context.table.column(c).type.name in _NO_KEYS), None)
    if bad is not None:
        context.lost(f"the {what} is dropped: {bad} is of a type that can't be compared")
    return bad is None


def _text_bytes(context: TableContext, columns: tuple[str, ...]) -> int:
    """The bytes that texts take in a key, as far as their lengths are known."""
    kinds = [context.table.column(column).type for column in columns]
    return sum(
        4 * (kind.length if kind.params else 255) for kind in kinds if kind.name in ("char", "varchar", "string")
    )


# -- foreign keys ------------------------------------------------------------------------------------------------


def _can_reference(context: TableContext, key: ForeignKey, created: frozenset[str]) -> bool:
    parent = context.parents.get(key.table)
    if parent is None or not context.grammar.add_key:
        return True
    return parent[0] in created


def _foreign_key(context: TableContext, key: ForeignKey, keys: Keys, late: bool) -> None:
    what = f"foreign key ({', '.join(key.columns)})"
    name, suffix = context.constraint_name(what), context.grammar.foreign_key
    if context.own and context.target.name == "spark":
        suffix = "NOT ENFORCED"
    if suffix is None:
        context.lost(f"the {what} is dropped: {context.target.name} has none")
        return
    if not (
        _comparable(context, key.columns, what) and _has_key(context, key, what) and _same_types(context, key, what)
    ):
        return
    rules = _rules(context, key, what)
    if context.own and suffix and suffix in rules.upper():
        suffix = ""
    parent = f"{_parent_name(context, key)} ({context.names(key.references)})"
    text = f"FOREIGN KEY ({context.names(key.columns)}) REFERENCES {parent}"
    text = " ".join(part for part in (text, rules, suffix) if part)
    late = late or _late(context, name)
    _add(context, keys, name, text, f"fk_{context.table.name}_{'_'.join(key.columns)}", late)


def _parent_name(context: TableContext, key: ForeignKey) -> str:
    parent = context.parents.get(key.table)
    if parent is not None and not context.own:
        # A bare name would be looked for where the child is.
        home = context.grammar.home_schema if context.table.schema else None
        return qualified_name(parent[1].schema or home or None, parent[1].name, context)
    schema, _, name = key.table.rpartition(".")
    return qualified_name(schema or None, name, context)


def _has_key(context: TableContext, key: ForeignKey, what: str) -> bool:
    """Whether the parent has the key that is named, where the engine would look."""
    parent = context.parents.get(key.table)
    if parent is None or context.own or context.target.name in ("hive", "databricks", "bigquery"):
        return True
    table = parent[1]
    known = [set(table.primary_key), *(set(unique) for unique in table.unique)]
    if set(key.references) in known:
        return True
    context.lost(f"the {what} is dropped: ({', '.join(key.references)}) is no key of {key.table}")
    return False


# Where the columns of both sides must be of one type.
_STRICT = frozenset({"db2", "duckdb", "mysql", "tsql"})


def _same_types(context: TableContext, key: ForeignKey, what: str) -> bool:
    parent = context.parents.get(key.table)
    if parent is None or context.own or context.target.name not in _STRICT:
        return True
    if context.target.name == "duckdb" and parent[1].schema != context.table.schema:
        context.lost(f"the {what} is dropped: {key.table} is in another schema")
        return False
    for column, referenced in zip(key.columns, key.references, strict=False):
        here, there = context.table.column(column).type, parent[1].column(referenced).type
        sized = context.target.name == "tsql" or here.name == "decimal"
        if here.name != there.name or (sized and here.params != there.params):
            context.lost(f"the {what} is dropped: {column} is {here}, {referenced} of {key.table} is {there}")
            return False
    return True


def _rules(context: TableContext, key: ForeignKey, what: str) -> str:
    said = context.table.options.get("foreign_key_rules")
    text = str(said.get(",".join(key.columns), "")) if isinstance(said, Mapping) else ""
    if context.own or not text:
        return text
    kept = [" ".join(rule.split()) for rule in _RULE.findall(text)]
    taken = [
        rule for rule in kept if rule.upper().startswith(context.grammar.rules or ("-",)) and _takes(context, rule)
    ]
    lost = " ".join(_RULE.sub("", text).split())
    dropped = [rule for rule in kept if rule not in taken] + ([lost] if lost else [])
    if dropped:
        context.lost(f"{' '.join(dropped)} of the {what} is dropped")
    return " ".join(taken)


def _takes(context: TableContext, rule: str) -> bool:
    action = rule.upper().split(maxsplit=2)[2]
    match context.target.name:
        case "oracle":
            return action in ("CASCADE", "SET NULL")
        case "tsql":
            return action != "RESTRICT"
        case "mysql":
            return action != "SET DEFAULT"
        case "db2":
            return (
                action in ("CASCADE", "SET NULL", "NO ACTION", "RESTRICT")
                if rule.upper().startswith("ON DELETE")
                else action in ("NO ACTION", "RESTRICT")
            )
        case _:
            return True


# -- checks ------------------------------------------------------------------------------------------------------


def _checks(context: TableContext, keys: Keys) -> None:
    for number, text in enumerate(context.table.options.get("check") or (), 1):
        written = str(text) if context.own else _carried(str(text), context)
        if written is None:
            continue
        name = context.constraint_name(f"check ({text})")
        fallback = f"ck_{context.table.name}_{number}"
        if name is None and context.target.name == "clickhouse":
            name = fallback
        # Delta takes checks of tables that are there.
        late = context.target.name == "databricks" and not context.own
        _add(context, keys, name, f"CHECK ({written})", fallback, late)


def _carried(text: str, context: TableContext) -> str | None:
    target = context.target.name
    if context.grammar.check is None and target != "databricks":
        context.lost(f"the check {text} is dropped: {target} has none")
        return None
    found = translate(text, context.source, context.target, context.table.columns, condition=True)
    if found is not None and _names_made(found, context):
        found = None
    if found is None:
        context.lost(f"the check {text} is dropped: {target} can't say it")
    return found


def _names_made(text: str, context: TableContext) -> bool:
    """Whether a check looks at a column that it may not: MySQL's numbered one, a computed one of DuckDB."""
    made: list[str] = []
    if context.target.name == "mysql":
        made = [column.name for column in context.table.columns if identity_style(column, context)]
    elif context.target.name == "duckdb":
        made = list(context.table.options.get("computed") or ())
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) for name in made)
