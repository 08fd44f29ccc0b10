"""What stands behind the columns: comment, partitions, storage. For another dialect, as far as that has it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rowmill.ddl.export.context import TableContext
from rowmill.ddl.export.quoting import literal
from rowmill.schema.model import TableColumn, TableDefinition

LAKES = frozenset({"hive", "spark", "databricks", "athena"})
_TEMPORARY = frozenset({"TEMP", "TEMPORARY", "LOCAL", "GLOBAL", "VOLATILE"})
# Options that other modules write, or that no engine needs to hear of.
_ELSEWHERE = frozenset(
    {
        "check",
        "bounds",
        "constraint_names",
        "foreign_key_rules",
        "computed",
        "identity",
        "attributes",
        "modifiers",
        "external",
    }
)
_LAKE_KEYS = ("format", "row_format", "stored_as", "location", "clustered_by", "tblproperties")


def modifiers(context: TableContext) -> str:
    """The words between CREATE and TABLE."""
    words = [str(word) for word in context.table.options.get("modifiers") or ()]
    external = bool(context.table.options.get("external"))
    if context.own:
        return " ".join([*words, *(["EXTERNAL"] if external else [])])
    kept: list[str] = []
    temporary = [word for word in words if word.upper() in _TEMPORARY]
    if is_temporary(context.table):
        if context.grammar.temporary:
            kept.append(context.grammar.temporary)
        else:
            context.lost(f"{' '.join(temporary)} is dropped: the table stays")
    other = [word for word in words if word not in temporary and word.upper() not in ("MULTISET", "SET")]
    if other:
        context.lost(f"{' '.join(other)} is dropped")
    if context.target.name == "teradata":
        kept.append("MULTISET")  # else rows that are alike are dropped
    if _is_external(context, external):
        kept.append("EXTERNAL")
    return " ".join(kept)


def is_temporary(table: TableDefinition) -> bool:
    """Whether the table lives as long as a session."""
    words = {str(word).upper() for word in table.options.get("modifiers") or ()}
    return bool(words & {"TEMP", "TEMPORARY", "VOLATILE"})


def _is_external(context: TableContext, external: bool) -> bool:
    target, lake = context.target.name, context.source is not None and context.source.name in LAKES
    if target == "athena":
        return True  # of no other kind are tables of files there
    if external and lake and target in LAKES:
        # Spark wants a location, too.
        return target == "hive" or (target == "spark" and "location" in context.table.options)
    if external:
        context.lost("EXTERNAL is dropped")
    return False


def in_partition_clause(context: TableContext) -> tuple[str, ...]:
    """The columns that PARTITIONED BY ( ... ) defines itself, instead of the body."""
    options, by = context.table.options, context.table.partition_by
    if context.own and options.get("external") and context.target.name in ("redshift", "bigquery"):
        return by
    if context.target.name in ("hive", "athena"):
        # A table of Iceberg names columns that stand among the others.
        return by if not context.own or context.table.column_names[-len(by) :] == by else ()
    if context.target.name in ("spark", "databricks") and by and not options.get("format"):
        styled = any(options.get(key) for key in ("stored_as", "row_format"))
        # Columns of Hive's style come last; others are named where they stand.
        if styled and context.target.name == "spark" and context.table.column_names[-len(by) :] == by:
            return by
    return ()


def tail(context: TableContext, partition_lines: list[str]) -> list[str]:
    """The clauses behind the columns, in the order that the dialect wants."""
    if context.target.name in LAKES or (context.own and context.target.name == "redshift" and _spectrum(context)):
        return _lake_tail(context, partition_lines)
    clauses = [str(clause) for clause in context.table.options.get("clauses") or ()] if context.own else []
    if context.own and context.target.name == "redshift":
        return [*_redshift(context), *clauses]
    if not context.own:
        _report(context, _carried_keys(context))
        clauses += _mapped(context)
    if context.target.name == "sqlite" and clauses:
        return [", ".join(clauses)]
    if partition_lines:
        return _with_comment(
            context, ["WITH PARTITION COLUMNS (\n  " + ",\n  ".join(partition_lines) + "\n)", *clauses]
        )
    return _with_comment(context, _with_partitions(context, clauses))


def _spectrum(context: TableContext) -> bool:
    """Redshift's external tables are Hive's in all but the name."""
    return bool(context.table.options.get("external"))


def _carried_keys(context: TableContext) -> frozenset[str]:
    return frozenset(_SORTED.get(context.target.name, ())) | frozenset(
        {"distkey"} if context.target.name in _DISTRIBUTED else ()
    )


def _report(context: TableContext, carried: frozenset[str]) -> None:
    """Notes every option that the target does not get."""
    for key, value in context.table.options.items():
        if key in _ELSEWHERE or key in carried:
            continue
        if key in ("clauses", "indexes"):
            for text in value or ():
                context.lost(f"{_short(str(text))} is dropped")
        elif key == "encode" and isinstance(value, Mapping):
            context.lost(f"the encodings of {len(value)} columns are dropped")
        elif key == "before_columns":
            context.lost(f"{_short(str(value).lstrip(', '))} is dropped")
        else:
            context.lost(f"{key} {_short(_shown(value))} is dropped")


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={item}" for key, item in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 80 else f"{text[:77]}..."


# -- comments and partitions -------------------------------------------------------------------------------------


def _with_comment(context: TableContext, clauses: list[str]) -> list[str]:
    form, comment = context.grammar.table_comment, context.table.comment
    if comment is None or not form:
        return clauses
    text = form.format(literal(comment, context.target))
    if context.target.name == "bigquery":
        for i, clause in enumerate(clauses):
            if clause.upper().startswith("OPTIONS") and clause.endswith(")"):
                return [*clauses[:i], f"{clause[:-1]}, {text.partition('(')[2]}", *clauses[i + 1 :]]
    # Before partitions and properties, or after all else.
    return [text, *clauses] if context.target.name in ("mysql", "singlestore", "trino") else [*clauses, text]


def _with_partitions(context: TableContext, clauses: list[str]) -> list[str]:
    by, form = context.table.partition_by, context.grammar.partition
    if not by:
        return clauses
    if not form or (not context.own and not _can_partition(context)):
        context.lost(f"partitioned by {', '.join(by)} is dropped")
        return clauses
    if context.target.name == "trino":
        return _trino(context, clauses)
    text = form.format(context.names(by))
    if context.target.name == "clickhouse":  # behind the engine
        return [*clauses[:1], text, *clauses[1:]]
    return [text, *clauses]


def _can_partition(context: TableContext) -> bool:
    columns = [context.table.column(name) for name in context.table.partition_by]
    if context.target.name == "bigquery":
        return len(columns) == 1 and columns[0].type.name == "date"
    if context.target.name == "clickhouse":
        return not any(column.nullable for column in columns)
    return True


def _trino(context: TableContext, clauses: list[str]) -> list[str]:
    texts = ", ".join(literal(name, context.target) for name in context.table.partition_by)
    for i, clause in enumerate(clauses):
        if clause.upper().startswith("WITH") and clause.endswith(")"):
            iceberg = re.search(r"\b(?:location|format_version|sorted_by)\b", clause, re.IGNORECASE)
            key = "partitioning" if iceberg else "partitioned_by"
            return [*clauses[:i], f"{clause[:-1]}, {key} = ARRAY[{texts}])", *clauses[i + 1 :]]
    return [*clauses, f"WITH (partitioned_by = ARRAY[{texts}])"]


# -- Redshift ----------------------------------------------------------------------------------------------------


def _redshift(context: TableContext) -> list[str]:
    options = context.table.options
    found: list[str] = []
    if "backup" in options:
        found.append(f"BACKUP {'YES' if options['backup'] else 'NO'}")
    if options.get("diststyle"):
        found.append(f"DISTSTYLE {str(options['diststyle']).upper()}")
    if options.get("distkey"):
        found.append(f"DISTKEY ({context.name(str(options['distkey']))})")
    sortkey = options.get("sortkey")
    if sortkey == "auto":
        found.append("SORTKEY AUTO")
    elif sortkey:
        style = f"{str(options['sortstyle']).upper()} " if options.get("sortstyle") else ""
        found.append(f"{style}SORTKEY ({context.names(_listed(sortkey))})")
    if options.get("encode_auto"):
        found.append("ENCODE AUTO")
    return found


def _listed(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list | tuple) else [str(value)]


# Where a distribution key and sort keys of Redshift have a counterpart.
_DISTRIBUTED = {
    "vertica": "SEGMENTED BY HASH({}) ALL NODES",
    "teradata": "PRIMARY INDEX ({})",
}
_SORTED: dict[str, tuple[str, ...]] = {
    "vertica": ("sortkey",),
    "snowflake": ("sortkey",),
    "bigquery": ("sortkey",),
    "clickhouse": ("sortkey",),
}
_SORT_FORMS = {"vertica": "ORDER BY {}", "snowflake": "CLUSTER BY ({})", "bigquery": "CLUSTER BY {}"}
_MOST_CLUSTERED = 4  # columns of BigQuery's CLUSTER BY


def _mapped(context: TableContext) -> list[str]:
    """The clauses that say in the target what the options said, and those without which it takes no table."""
    options, target = context.table.options, context.target.name
    sortkey = options.get("sortkey")
    keys = _listed(sortkey) if sortkey and sortkey != "auto" else []
    if target == "clickhouse":
        return _merge_tree(context, keys)
    found: list[str] = []
    if keys and target in _SORT_FORMS:
        if target == "bigquery" and len(keys) > _MOST_CLUSTERED:
            context.lost(f"the sort keys {', '.join(keys[_MOST_CLUSTERED:])} are dropped: four is the most")
            keys = keys[:_MOST_CLUSTERED]
        found.append(_SORT_FORMS[target].format(context.names(keys)))
    distkey = options.get("distkey")
    if distkey and target in _DISTRIBUTED:
        found.append(_DISTRIBUTED[target].format(context.name(str(distkey))))
    return found


def _merge_tree(context: TableContext, keys: list[str]) -> list[str]:
    """ClickHouse sorts by its primary key; without one, by nothing."""
    plain = [
        name for name in context.table.primary_key if context.table.column(name).type.name not in ("float", "double")
    ]
    keys = list(context.table.primary_key) if len(plain) == len(context.table.primary_key) and plain else keys
    keys = [name for name in keys if not context.table.column(name).nullable]
    return ["ENGINE = MergeTree", f"ORDER BY {f'({context.names(keys)})' if keys else 'tuple()'}"]


# -- Hive, Spark, Databricks, Athena -----------------------------------------------------------------------------

_RANKS = (
    ("USING", 0),
    ("OPTIONS", 1),
    ("COMMENT", 2),
    ("PARTITIONED", 3),
    ("CLUSTERED", 4),
    ("CLUSTER", 4),
    ("SKEWED", 5),
    ("ROW FORMAT", 6),
    ("COLLECTION ITEMS", 7),
    ("MAP KEYS", 7),
    ("LINES TERMINATED", 7),
    ("NULL DEFINED", 7),
    ("WITH SERDEPROPERTIES", 7),
    ("STORED", 8),
    ("LOCATION", 9),
    ("TBLPROPERTIES", 10),
    ("TABLE PROPERTIES", 10),
)


def _ranked(clauses: list[str]) -> list[str]:
    """The clauses in Hive's order; one that no rank is known of stays behind the one before it."""
    ranks: list[int] = []
    for clause in clauses:
        words = " ".join(clause.split()).upper()
        known = next((rank for word, rank in _RANKS if words.startswith(word)), None)
        ranks.append(known if known is not None else ranks[-1] if ranks else len(_RANKS))
    return [clause for _, clause in sorted(zip(ranks, clauses, strict=True), key=lambda pair: pair[0])]


def _lake_tail(context: TableContext, partition_lines: list[str]) -> list[str]:
    table = context.table
    options = dict(table.options) if context.own else _lake_options(context)
    found = [str(clause) for clause in table.options.get("clauses") or ()] if context.own else []
    if options.get("format"):
        found.append(f"USING {str(options['format']).upper()}")
    if table.comment is not None and context.grammar.table_comment:
        found.append(context.grammar.table_comment.format(literal(table.comment, context.target)))
    if partition_lines:
        found.append("PARTITIONED BY (\n  " + ",\n  ".join(partition_lines) + "\n)")
    elif table.partition_by:
        found.append(f"PARTITIONED BY ({context.names(table.partition_by)})")
    if options.get("clustered_by"):
        found.append(str(options["clustered_by"]))
    if options.get("row_format"):
        found.append(str(options["row_format"]))
    if options.get("stored_as"):
        found.append(f"STORED AS {_stored_as(str(options['stored_as']))}")
    if options.get("location") is not None:
        found.append(f"LOCATION {literal(str(options['location']), context.target)}")
    properties = options.get("tblproperties")
    if isinstance(properties, Mapping) and properties:
        pairs = (
            f"{literal(str(key), context.target)} = {literal(_property(value), context.target)}"
            for key, value in properties.items()
        )
        found.append(f"TBLPROPERTIES ({', '.join(pairs)})")
    return _ranked(found)


def _stored_as(text: str) -> str:
    return text.upper() if text.isidentifier() else text


def _property(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


_AS_STORED = {"parquet": "parquet", "orc": "orc", "avro": "avro", "csv": "textfile", "text": "textfile"}
_SERDES = frozenset({"sequencefile", "rcfile", "textfile", "jsonfile"})


def _lake_options(context: TableContext) -> dict[str, Any]:
    """The storage options as the target of the family says them."""
    source = context.source.name if context.source else ""
    target = context.target.name
    if source not in LAKES:
        _report(context, frozenset())
        made: dict[str, Any] = {
            "spark": {"format": "parquet"},
            "hive": {"stored_as": "parquet"},
            "athena": {"stored_as": "parquet"},
        }.get(target, {})
        return _with_defaults(context, made)
    _report(context, frozenset(_LAKE_KEYS))
    found = {key: context.table.options[key] for key in _LAKE_KEYS if key in context.table.options}
    if source == "athena" and target != "hive":
        _iceberg(found)
    if target == "athena" and "row_format" in found:
        found["row_format"] = _DOUBLE.sub(_single, str(found["row_format"]))
    form, stored = found.pop("format", None), found.get("stored_as")
    if target in ("hive", "athena"):
        if form and str(form).lower() in _AS_STORED:
            found["stored_as"] = _AS_STORED[str(form).lower()]
            if str(form).lower() == "csv":
                found.setdefault("row_format", "ROW FORMAT DELIMITED FIELDS TERMINATED BY ','")
        elif form:
            context.lost(f"the format {form} is dropped: {target} stores as parquet")
            found["stored_as"] = "parquet"
    elif form:
        found["format"] = form
    elif target == "spark":
        _for_spark(found, context)
    elif target == "databricks" and (stored or "row_format" in found):
        plain = str(stored or "textfile").lower()
        row_format = found.pop("row_format", None)
        found.pop("stored_as", None)
        found["format"] = {"textfile": "csv"}.get(plain, plain)
        if row_format or plain in _SERDES:
            context.lost(
                f"{_short(str(row_format or f'STORED AS {stored}'))} is dropped: it is read as {found['format']}"
            )
    return _with_defaults(context, found)


_DOUBLE = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)


def _single(text: re.Match[str]) -> str:
    """A text in double quotes, which are names' elsewhere in Athena, in single ones."""
    return "'" + re.sub(r"\\\"", '"', text[1]).replace("'", "\\'") + "'"


def _for_spark(options: dict[str, Any], context: TableContext) -> None:
    """Spark reads Hive's storage, but for what Hive itself would not look at."""
    delimited = str(options.get("row_format", "")).upper().startswith("ROW FORMAT DELIMITED")
    if delimited and str(options.get("stored_as", "textfile")).lower() != "textfile":
        context.lost(f"{_short(str(options.pop('row_format')))} is dropped: it is not stored as text")
    if re.search(r"\bDESC\b", str(options.get("clustered_by", "")), re.IGNORECASE):
        context.lost(f"{_short(str(options.pop('clustered_by')))} is dropped: spark sorts buckets upwards only")


def _iceberg(options: dict[str, Any]) -> None:
    """Athena says by a property what others say by the format."""
    properties = dict(options.get("tblproperties") or {})
    kind = next((key for key in properties if str(key).lower() == "table_type"), None)
    if kind is not None and str(properties.pop(kind)).lower() == "iceberg":
        options["format"] = "iceberg"
        options["tblproperties"] = properties


def _with_defaults(context: TableContext, options: dict[str, Any]) -> dict[str, Any]:
    """Delta takes no column's default before it is told that tables may have them; Athena's files lie somewhere."""
    if context.target.name == "athena" and "location" not in options:
        context.lost("it has no location: athena wants LOCATION 's3://...'")
    if context.target.name == "databricks" and any(_has_default(column) for column in context.table.columns):
        options["tblproperties"] = {
            "delta.feature.allowColumnDefaults": "supported",
            **(options.get("tblproperties") or {}),
        }
    return options


def _has_default(column: TableColumn) -> bool:
    return column.default is not None and not column.generated
