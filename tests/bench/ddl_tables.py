"""CREATE TABLE statements in mixed style, made by a seed, with the truth about their columns.

ddl_tables.py TABLES FOLDER writes FOLDER/{postgres,redshift,mysql}.sql, a third of the tables each, and truth.json:
constraints in lines of their own and of columns, quoted names, comments, defaults, enums, references.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

SEED = 20
WORDS = (
    "account amount batch branch carrier channel city code country currency customer delivery device discount due grade"
)
WORDS += (
    " height kind label ledger limit margin note office order parcel phase price quota rate ratio region route score"
)
WORDS += " segment shelf source stage state store supplier tax title unit vendor voucher weight width zone"
REMARKS = (
    "as booked, before tax",
    "the customer's own; may be empty",
    "see (legacy) table",
    "key: of the ERP -- unchecked",
)
COLUMNS = 15


@dataclass(frozen=True)
class Kind:
    """A type as a dialect writes it. canonical: what it is to Rowmill; base, sizes: what stands there."""

    written: str
    canonical: str
    base: str
    sizes: tuple[int, ...] = ()
    defaults: tuple[str, ...] = ()


@dataclass
class TrueColumn:
    """What a reader must find. nullable: also not, where it is of the primary key."""

    name: str
    canonical: str
    base: str
    sizes: tuple[int, ...]
    nullable: bool


@dataclass
class TrueTable:
    name: str
    columns: list[TrueColumn] = field(default_factory=list)


POSTGRES = (
    Kind("bigint", "bigint", "bigint", (), ("0",)),
    Kind("integer", "int", "integer", (), ("1", "'-1'::integer")),
    Kind("character varying(40)", "varchar(40)", "character varying", (40,), ("''::character varying", "'a, b (c)'")),
    Kind("varchar(9)", "varchar(9)", "varchar", (9,)),
    Kind("character(2)", "char(2)", "character", (2,), ("'DE'::bpchar",)),
    Kind("numeric(12,2)", "decimal(12,2)", "numeric", (12, 2), ("0.00",)),
    Kind("double precision", "double", "double precision"),
    Kind("text", "string", "text", (), ("'it''s'::text",)),
    Kind("boolean", "boolean", "boolean", (), ("false", "true")),
    Kind("date", "date", "date", (), ("CURRENT_DATE",)),
    Kind("timestamp without time zone", "timestamp_ntz", "timestamp without time zone", (), ("now()",)),
    Kind("timestamp with time zone", "timestamp", "timestamp with time zone", (), ("CURRENT_TIMESTAMP",)),
    Kind("jsonb", "json", "jsonb", (), ("'{}'::jsonb",)),
    Kind("uuid", "uuid", "uuid"),
    Kind("bytea", "binary", "bytea"),
)
REDSHIFT = (
    Kind("bigint", "bigint", "bigint", (), ("0",)),
    Kind("integer", "int", "integer", (), ("1",)),
    Kind("smallint", "smallint", "smallint"),
    Kind("varchar(256)", "varchar(256)", "varchar", (256,), ("'none'",)),
    Kind("character varying(64)", "varchar(64)", "character varying", (64,)),
    Kind("char(3)", "char(3)", "char", (3,), ("'EUR'",)),
    Kind("decimal(18,4)", "decimal(18,4)", "decimal", (18, 4), ("0",)),
    Kind("double precision", "double", "double precision"),
    Kind("real", "float", "real"),
    Kind("boolean", "boolean", "boolean", (), ("false",)),
    Kind("date", "date", "date"),
    Kind("timestamp", "timestamp_ntz", "timestamp", (), ("getdate()", "SYSDATE")),
    Kind("timestamptz", "timestamp", "timestamptz"),
    Kind("super", "json", "super"),
)
MYSQL = (
    Kind("bigint(20)", "bigint", "bigint", (20,), ("'0'",)),
    Kind("int(11)", "int", "int", (11,), ("'0'", "1")),
    Kind("int(10) unsigned", "bigint", "int unsigned", (10,)),
    Kind("smallint(6)", "smallint", "smallint", (6,)),
    Kind("tinyint(1)", "boolean", "tinyint", (1,), ("'0'", "1")),
    Kind("varchar(255)", "varchar(255)", "varchar", (255,), ("''", "'a, b (c)'")),
    Kind("char(36)", "char(36)", "char", (36,)),
    Kind("decimal(10,2)", "decimal(10,2)", "decimal", (10, 2), ("'0.00'",)),
    Kind("double", "double", "double"),
    Kind("mediumtext", "string", "mediumtext"),
    Kind("datetime", "timestamp_ntz", "datetime", (), ("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP",)),
    Kind("date", "date", "date"),
    Kind("json", "json", "json"),
    Kind("longblob", "binary", "longblob"),
    Kind("enum('new','paid, in part','it''s gone')", "string", "enum"),
)


class Maker:
    """Makes tables of one dialect, one after the other."""

    def __init__(self, dialect: str, kinds: tuple[Kind, ...], quote: str) -> None:
        self.dialect, self.kinds, self.quote = dialect, kinds, quote
        self.rng = random.Random(f"{SEED} {dialect}")
        self.count = 0

    def table(self) -> tuple[str, TrueTable]:
        """One statement, and some around it, with the truth of it."""
        self.count += 1
        table = TrueTable(f"{self.rng.choice(WORDS.split())}_{self.count}")
        lines: list[str] = []
        inline = self.rng.random() < 0.5
        for i in range(COLUMNS):
            lines.append(self._column(table, i, inline))
        key = table.columns[0].name
        if not inline:
            lines.append(f"CONSTRAINT {self._name(f'pk_{table.name}')} PRIMARY KEY ({self._name(key)})")
        lines += self._constraints(table)
        body = ",\n".join(f"    {line}" for line in lines)
        if self.rng.random() < 0.3:
            body = body.replace("\n", f" -- {self.rng.choice(REMARKS)}\n", 1)
        head = "CREATE TABLE IF NOT EXISTS" if self.rng.random() < 0.3 else "CREATE TABLE"
        return f"{head} {self._table_name(table)} (\n{body}\n){self._tail(table)};\n{self._after(table)}\n", table

    def _column(self, table: TrueTable, i: int, inline: bool) -> str:
        """The first is the key."""
        kind = self.kinds[0] if i == 0 else self.rng.choice(self.kinds)
        spaced = self.quote and self.rng.random() < 0.1
        name = f"{self.rng.choice(WORDS.split())}{' ' if spaced else '_'}{i}"
        required = i == 0 or self.rng.random() < 0.3
        parts = [self._name(name), kind.written]
        is_numbered = i == 0 and self.dialect != "postgres" and self.rng.random() < 0.5
        if is_numbered:
            parts.append("IDENTITY(1,1)" if self.dialect == "redshift" else "NOT NULL AUTO_INCREMENT")
        elif i and kind.defaults and self.rng.random() < 0.4:
            parts.append(f"DEFAULT {self.rng.choice(kind.defaults)}")
        if required and not (is_numbered and self.dialect == "mysql") and (i or self.rng.random() < 0.5):
            parts.append("NOT NULL")
        if self.dialect == "redshift" and self.rng.random() < 0.5:
            parts.append(f"ENCODE {self.rng.choice(['zstd', 'lzo', 'raw'])}")
        if i == 0 and inline:
            parts.append("PRIMARY KEY")
        if self.dialect == "mysql" and self.rng.random() < 0.3:
            parts.append(f"COMMENT '{self._remark()}'")
        table.columns.append(TrueColumn(name, kind.canonical, kind.base, kind.sizes, not required))
        return " ".join(parts)

    def _constraints(self, table: TrueTable) -> list[str]:
        made = []
        names = [column.name for column in table.columns]
        if self.rng.random() < 0.4:
            made.append(f"UNIQUE ({self._name(names[1])}, {self._name(names[2])})")
        if self.rng.random() < 0.4:
            rule = " ON DELETE CASCADE" if self.dialect != "redshift" else ""
            made.append(f"FOREIGN KEY ({self._name(names[3])}) REFERENCES parents (id){rule}")
        if self.dialect == "mysql" and self.rng.random() < 0.5:
            made.append(f"KEY {self._name(f'k_{table.name}')} ({self._name(names[4])},{self._name(names[5])})")
        if self.dialect == "postgres" and self.rng.random() < 0.4:
            made.append(f"CONSTRAINT ck_{table.name} CHECK (({self._name(names[0])} > 0))")
        return made

    def _tail(self, table: TrueTable) -> str:
        if self.dialect == "mysql":
            return f" ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='{self._remark()}'"
        if self.dialect == "redshift" and self.rng.random() < 0.6:
            first, second = (self._name(column.name) for column in table.columns[:2])
            return f"\nDISTSTYLE KEY\nDISTKEY ({first})\nSORTKEY ({first}, {second})"
        return ""

    def _after(self, table: TrueTable) -> str:
        if self.dialect == "mysql" or self.rng.random() < 0.6:
            return ""
        column = self._name(self.rng.choice(table.columns).name)
        return f"COMMENT ON COLUMN {self._table_name(table)}.{column} IS '{self._remark()}';\n"

    def _remark(self) -> str:
        return self.rng.choice(REMARKS).replace("'", "''")

    def _table_name(self, table: TrueTable) -> str:
        return f"shop.{self._name(table.name)}"

    def _name(self, name: str) -> str:
        plain = " " not in name and (self.dialect != "mysql")
        return name if plain else f"{self.quote}{name}{self.quote}"


MAKERS: dict[str, Callable[[], Maker]] = {
    "postgres": lambda: Maker("postgres", POSTGRES, '"'),
    "redshift": lambda: Maker("redshift", REDSHIFT, '"'),
    "mysql": lambda: Maker("mysql", MYSQL, "`"),
}


def write(count: int, folder: Path) -> None:
    """Writes the files of so many tables; the first tables are the same in any number of them."""
    folder.mkdir(parents=True, exist_ok=True)
    truth: dict[str, list[dict[str, object]]] = {}
    for n, (dialect, made) in enumerate(MAKERS.items()):
        maker = made()
        share = count // len(MAKERS) + (n < count % len(MAKERS))
        pairs = [maker.table() for _ in range(share)]
        (folder / f"{dialect}.sql").write_text("".join(text for text, _ in pairs))
        truth[dialect] = [asdict(table) for _, table in pairs]
    (folder / "truth.json").write_text(json.dumps(truth))


if __name__ == "__main__":
    write(int(sys.argv[1]), Path(sys.argv[2]))
