"""The types of every dialect as data: what a source type is called, and the canonical type that holds it.

A canonical type without its size (`decimal`, `char`, `varchar`) takes the size of the source type. A type that
stands in no table is `unknown`: no type is ever guessed. Three names mean more than themselves:
`decimal(9,s)` takes only the scale from the source; `bit` is a boolean as far as it is one bit;
`wide` and `number` are decimals whose size without arguments is not BARE_DECIMAL's.
"""

from __future__ import annotations


def _all(canonical: str, *groups: str) -> dict[str, str]:
    """The names of one canonical type; each group is a text with commas between them."""
    return {name.strip(): canonical for group in groups for name in group.split(",")}


# By the words as they stand in the DDL (upper case, without sizes): what all dialects agree on, unless DIALECT_WORDS
# says otherwise.
WORDS: dict[str, str] = {
    **_all("boolean", "BOOLEAN, BOOL"),
    # Integers. Unsigned ones become the next type that holds every value.
    **_all("tinyint", "TINYINT, INT1, BYTEINT"),
    **_all("smallint", "SMALLINT, INT2, INT16", "TINYINT UNSIGNED", "SMALLSERIAL, SERIAL2"),
    **_all(
        "int",
        "INT, INTEGER, INT4, INT32, SIGNED, YEAR",
        "MEDIUMINT, MIDDLEINT, INT3",
        "SMALLINT UNSIGNED, MEDIUMINT UNSIGNED",
        "SERIAL, SERIAL4",
    ),
    **_all("bigint", "BIGINT, INT8, INT64", "INT UNSIGNED, INTEGER UNSIGNED, UNSIGNED", "BIGSERIAL, SERIAL8"),
    **_all("decimal(20,0)", "BIGINT UNSIGNED"),
    # Other numbers.
    **_all("decimal", "DECIMAL, NUMERIC, DEC, NUMBER, FIXED", "DECIMAL UNSIGNED, NUMERIC UNSIGNED, DEC UNSIGNED"),
    **_all("decimal(19,4)", "MONEY"),
    **_all("decimal(10,4)", "SMALLMONEY"),
    **_all("float", "FLOAT, REAL, FLOAT4, FLOAT32, BINARY_FLOAT, SMALLFLOAT", "FLOAT UNSIGNED"),
    **_all(
        "double",
        "DOUBLE, DOUBLE PRECISION, FLOAT8, FLOAT64, BINARY_DOUBLE",
        "DOUBLE UNSIGNED, DOUBLE PRECISION UNSIGNED",
    ),
    # Texts: of a fixed length, of a bounded one, of any.
    **_all("char", "CHAR, CHARACTER, BPCHAR", "NCHAR, NATIONAL CHAR, NATIONAL CHARACTER, NATIVE CHARACTER", "GRAPHIC"),
    **_all(
        "varchar",
        "VARCHAR, VARCHAR2, CHARACTER VARYING, CHAR VARYING, VARYING CHARACTER, VARCHAR BINARY",
        "NVARCHAR, NVARCHAR2, NCHAR VARYING, NCHAR VARCHAR, NATIONAL VARCHAR",
        "NATIONAL CHARACTER VARYING, NATIONAL CHAR VARYING, NATIONAL CHARACTER VARCHAR",
        "VARGRAPHIC",
    ),
    **_all(
        "string",
        "STRING, TEXT, NTEXT, TINYTEXT, MEDIUMTEXT, LONGTEXT, LONG TEXT, CITEXT, NAME",
        "CLOB, CHARACTER LARGE OBJECT, CHAR LARGE OBJECT",
        "NCLOB, NATIONAL CHARACTER LARGE OBJECT, NCHAR LARGE OBJECT",
        "DBCLOB, DOUBLE BYTE CHARACTER LARGE OBJECT",
        "LONG VARCHAR, LONG CHAR VARYING, LONG CHARACTER VARYING, LONG NVARCHAR, LONG VARGRAPHIC",
        "ENUM, SET",
    ),
    **_all(
        "binary",
        "BINARY, VARBINARY, BINARY VARYING, LONG VARBINARY, LONG BINARY VARYING",
        "BLOB, TINYBLOB, MEDIUMBLOB, LONGBLOB, BINARY LARGE OBJECT",
        "BYTEA, BYTES, VARBYTE, LONG VARBYTE, RAW, LONG RAW, IMAGE, ROWVERSION",
    ),
    # Times: `timestamp` is a point in time, `timestamp_ntz` is what a clock on the wall says.
    **_all("date", "DATE"),
    **_all("time", "TIME, TIME WITHOUT TIME ZONE, TIME WITH TIME ZONE, TIMETZ"),
    **_all(
        "timestamp_ntz",
        "TIMESTAMP, TIMESTAMP WITHOUT TIME ZONE, TIMESTAMP WITHOUT LOCAL TIME ZONE, TIMESTAMP_NTZ, TIMESTAMPNTZ",
        "TIMESTAMP_S, TIMESTAMP_MS, TIMESTAMP_US, TIMESTAMP_NS",
        "DATETIME, DATETIME2, SMALLDATETIME",
    ),
    **_all(
        "timestamp",
        "TIMESTAMP WITH TIME ZONE, TIMESTAMPTZ, TIMESTAMPTZ WITH TIME ZONE, TIMESTAMP_TZ, DATETIMEOFFSET",
        "TIMESTAMP WITH LOCAL TIME ZONE, TIMESTAMP LOCAL TIME ZONE, TIMESTAMP_LTZ, TIMESTAMPLTZ",
    ),
    # What has a form of its own.
    **_all("uuid", "UUID, UNIQUEIDENTIFIER"),
    **_all("json", "JSON, JSONB, SUPER, VARIANT"),
    **_all("xml", "XML, XMLTYPE"),
    **_all(
        "geometry",
        "GEOMETRY, GEOGRAPHY, SDO_GEOMETRY, ST_GEOMETRY, GEOGRAPHYPOINT",
        "POINT, LINESTRING, POLYGON, MULTIPOINT, MULTILINESTRING, MULTIPOLYGON, GEOMETRYCOLLECTION, GEOMCOLLECTION",
        "ST_POINT, ST_LINESTRING, ST_POLYGON, ST_MULTIPOINT, ST_MULTILINESTRING, ST_MULTIPOLYGON",
        "BOX, PATH, LSEG, CIRCLE, LINE",
    ),
}

# What several dialects say in the same way, and otherwise than the rest.
_INSTANT = {"TIMESTAMP": "timestamp"}
_FLOAT_IS_DOUBLE = {"FLOAT": "double"}
_HIVE = {**_INSTANT, "TIMESTAMPLOCALTZ": "timestamp"}
_SPARK = {**_INSTANT, "BYTE": "tinyint", "SHORT": "smallint", "LONG": "bigint"}
_MYSQL = {"BIT": "bit", "SERIAL": "decimal(20,0)", "LONG": "string", "NVARCHAR": "varchar", "DOUBLE UNSIGNED": "double"}

# By dialect and words: where one dialect means something else than WORDS says, or alone knows the word. The name ''
# stands for: of no table, even if KINDS has it.
DIALECT_WORDS: dict[str, dict[str, str]] = {
    "athena": _HIVE,
    "bigquery": {
        **_FLOAT_IS_DOUBLE,
        **_INSTANT,
        **_all("varchar", "STRING"),
        **_all("wide", "BIGNUMERIC, BIGDECIMAL"),
        **_all("interval", "INTERVAL"),
        **_all("", "RANGE"),
    },
    "clickhouse": {
        **_all("tinyint", "INT8"),
        **_all("smallint", "UINT8"),
        **_all("int", "UINT16"),
        **_all("bigint", "UINT32"),
        **_all("decimal(20,0)", "UINT64"),
        **_all("decimal(38,0)", "INT128"),
        **_all("decimal(9,s)", "DECIMAL32"),
        **_all("decimal(18,s)", "DECIMAL64"),
        **_all("decimal(38,s)", "DECIMAL128"),
        **_all("float", "FLOAT, BFLOAT16"),
        **_all("char", "FIXEDSTRING"),
        **_all("string", "ENUM8, ENUM16"),
        **_all("date", "DATE32"),
        **_all("time", "TIME64"),
        **_all("timestamp_ntz", "DATETIME32, DATETIME64"),
        **_all("json", "OBJECT"),
        **_all("geometry", "RING"),
        **_all("", "VARIANT"),
        **_all("", "INT256, UINT128, UINT256, DECIMAL256", "IPV4, IPV6"),
    },
    "databricks": {**_SPARK, "OBJECT": "json"},
    "db2": {
        **_FLOAT_IS_DOUBLE,
        **_all("char", "CHAR FOR SBCS DATA, CHAR FOR MIXED DATA"),
        **_all("varchar", "VARCHAR FOR SBCS DATA, VARCHAR FOR MIXED DATA"),
        **_all(
            "binary",
            "CHAR FOR BIT DATA, CHARACTER FOR BIT DATA",
            "VARCHAR FOR BIT DATA, CHARACTER VARYING FOR BIT DATA, CHAR VARYING FOR BIT DATA",
            "LONG VARCHAR FOR BIT DATA",
        ),
        **_all("timestamp_ntz", "TIMESTAMP"),
        **_all("", "DECFLOAT, ROWID"),
    },
    "duckdb": {
        **_all("boolean", "LOGICAL"),
        **_all("tinyint", "INT1"),
        **_all("smallint", "SHORT, UTINYINT, UINT8"),
        **_all("int", "SIGNED, USMALLINT, UINT16"),
        **_all("bigint", "LONG, UINTEGER, UINT32"),
        **_all("decimal(20,0)", "UBIGINT, UINT64"),
        **_all("decimal(38,0)", "HUGEINT, INT128"),
        **_all("float", "FLOAT"),
        **_all("", "UHUGEINT, BIT, BITSTRING"),
    },
    "exasol": {
        **_FLOAT_IS_DOUBLE,
        **_all("smallint", "SHORTINT"),
        **_all("double", "NUMBER"),
        **_all("string", "LONG VARCHAR"),
        **_all("", "HASHTYPE"),
    },
    "hive": _HIVE,
    "mysql": _MYSQL,
    "oracle": {
        **_FLOAT_IS_DOUBLE,
        **_all("timestamp_ntz", "DATE"),
        **_all("string", "LONG"),
        **_all("", "URITYPE, BFILE, ROWID, UROWID"),
    },
    "postgres": {
        **_FLOAT_IS_DOUBLE,
        **_all("int", "SERIAL"),
        **_all("", "BIT, BIT VARYING, VARBIT, OID"),
    },
    "redshift": {**_FLOAT_IS_DOUBLE, "HLLSKETCH": ""},
    "singlestore": {**_MYSQL, "VECTOR": "", "BSON": ""},
    "snowflake": {
        **_FLOAT_IS_DOUBLE,
        **_all("tinyint", "BYTEINT"),
        **_all("decimal", "NUMBER"),
        **_all("double", "FLOAT4"),
        **_all("char", "CHAR"),
        **_all("varchar", "TEXT, STRING"),
        **_all("json", "OBJECT, MAP"),
        **_all("", "VECTOR"),
    },
    "spark": _SPARK,
    "sqlite": {
        **_all("int", "INTEGER"),
        **_all("bigint", "LONG, BIG INT, LONG INTEGER, UNSIGNED INT, UNSIGNED INTEGER"),
        **_all("decimal(20,0)", "UNSIGNED BIG INT, UNSIGNED BIGINT"),
        **_all("double", "DOUBLE FLOAT"),
        **_all("string", "LONGTEXT"),
        **_all("", "BIT, GUID"),
    },
    "teradata": {
        **_FLOAT_IS_DOUBLE,
        **_all("number", "NUMBER"),
        **_all("string", "LONG VARGRAPHIC"),
        **_all("binary", "BYTE, LONG VARBYTE"),
    },
    "trino": {
        **_all("decimal", "NUMBER"),
        **_all("char", "CHAR"),
        **_all("", "IPADDRESS, HYPERLOGLOG"),
    },
    "tsql": {
        **_FLOAT_IS_DOUBLE,
        **_all("boolean", "BIT"),
        **_all("smallint", "TINYINT"),  # 0 to 255
        **_all("varchar(128)", "SYSNAME"),
        **_all("binary", "TIMESTAMP"),  # a row's version, no time
        **_all("", "HIERARCHYID, SQL_VARIANT, VECTOR"),
    },
    "vertica": {
        **_FLOAT_IS_DOUBLE,
        **_all("binary", "RAW, OCTET"),
        **_all("", "BIT"),
    },
}

# By sqlglot's name of the type: the rest of what it knows.
KINDS: dict[str, str] = {
    **_all("boolean", "BOOLEAN"),
    # Integers. Unsigned ones (U...) become the next type that holds every value.
    **_all("tinyint", "TINYINT"),
    **_all("smallint", "SMALLINT, UTINYINT, SMALLSERIAL"),
    **_all("int", "INT, MEDIUMINT, USMALLINT, UMEDIUMINT, SERIAL, YEAR"),
    **_all("bigint", "BIGINT, UINT, BIGSERIAL"),
    **_all("decimal(20,0)", "UBIGINT"),
    **_all("decimal(38,0)", "INT128"),
    # Other numbers.
    **_all("decimal", "DECIMAL, UDECIMAL"),
    **_all("decimal(9,s)", "DECIMAL32"),
    **_all("decimal(18,s)", "DECIMAL64"),
    **_all("decimal(38,s)", "DECIMAL128"),
    **_all("decimal(19,4)", "MONEY"),
    **_all("decimal(10,4)", "SMALLMONEY"),
    **_all("float", "FLOAT"),
    **_all("double", "DOUBLE, UDOUBLE"),
    # Texts and bytes.
    **_all("char", "CHAR, NCHAR, BPCHAR, FIXEDSTRING"),
    **_all("varchar", "VARCHAR, NVARCHAR"),
    **_all("string", "TEXT, TINYTEXT, MEDIUMTEXT, LONGTEXT, NAME", "ENUM, ENUM8, ENUM16, SET"),
    **_all("binary", "BINARY, VARBINARY", "BLOB, TINYBLOB, MEDIUMBLOB, LONGBLOB", "IMAGE, ROWVERSION"),
    # Times.
    **_all("date", "DATE, DATE32"),
    **_all("time", "TIME, TIMETZ, TIME_NS"),
    **_all(
        "timestamp_ntz",
        "TIMESTAMP, TIMESTAMPNTZ, TIMESTAMP_S, TIMESTAMP_MS, TIMESTAMP_NS",
        "DATETIME, DATETIME2, DATETIME64, SMALLDATETIME",
    ),
    **_all("timestamp", "TIMESTAMPTZ, TIMESTAMPLTZ"),
    **_all("interval", "INTERVAL"),
    # What has a form of its own.
    **_all("uuid", "UUID"),
    **_all("json", "JSON, JSONB, SUPER, VARIANT, OBJECT"),
    **_all("xml", "XML"),
    **_all(
        "geometry",
        "GEOMETRY, GEOGRAPHY, GEOGRAPHYPOINT",
        "POINT, LINESTRING, MULTILINESTRING, POLYGON, MULTIPOLYGON, RING",
    ),
}

# By dialect: precision and scale of a decimal without arguments. Where it has none by itself (PostgreSQL, Oracle,
# SQLite), the ones that hold most of what is put there.
BARE_DECIMAL: dict[str, tuple[int, int]] = {
    "athena": (10, 0),
    "bigquery": (38, 9),
    "clickhouse": (10, 0),
    "databricks": (10, 0),
    "db2": (5, 0),
    "duckdb": (18, 3),
    "exasol": (18, 0),
    "hive": (10, 0),
    "mysql": (10, 0),
    "oracle": (38, 10),
    "postgres": (38, 10),
    "redshift": (18, 0),
    "singlestore": (10, 0),
    "snowflake": (38, 0),
    "spark": (10, 0),
    "sqlite": (38, 10),
    "teradata": (5, 0),
    "trino": (38, 0),
    "tsql": (18, 0),
    "vertica": (37, 15),
}

# By dialect: what MAX stands for; elsewhere VARCHAR(MAX) has no bound.
VARCHAR_MAX = {"redshift": 65535}

# By dialect ('' for all): words whose type holds less than the canonical one. A BINARY(n) is limited by its size.
LIMITS: dict[str, dict[str, tuple[tuple[str, int], ...]]] = {
    "": {"TINYINT UNSIGNED": (("min", 0), ("max", 255)), "YEAR": (("min", 1901), ("max", 2155))},
    "clickhouse": {"UINT8": (("min", 0), ("max", 255))},
    "duckdb": {"UTINYINT": (("min", 0), ("max", 255)), "UINT8": (("min", 0), ("max", 255))},
    "tsql": {"TINYINT": (("min", 0), ("max", 255))},
}

# By dialect: words of SAME that say more there. MySQL would write DATETIME back; Redshift's TEXT is VARCHAR(256).
NOT_SAME: dict[str, frozenset[str]] = {
    "mysql": frozenset({"timestamp"}),
    "singlestore": frozenset({"timestamp"}),
    "redshift": frozenset({"text"}),
}

# By canonical type: the words that say the same, with nothing lost. `source_type` is kept for all others.
SAME: dict[str, frozenset[str]] = {
    "boolean": frozenset({"boolean", "bool"}),
    "tinyint": frozenset({"tinyint", "int8"}),
    "smallint": frozenset({"smallint", "int2", "int16"}),
    "int": frozenset({"int", "integer", "int4", "int32"}),
    "bigint": frozenset({"bigint", "int8", "int64"}),
    "float": frozenset({"float", "real", "float4", "float32"}),
    "double": frozenset({"double", "double precision", "float8", "float64"}),
    "decimal": frozenset({"decimal", "numeric", "dec", "number"}),
    "char": frozenset({"char", "character", "bpchar"}),
    "varchar": frozenset({"varchar", "character varying", "char varying"}),
    "string": frozenset({"string", "text"}),
    "binary": frozenset({"binary", "blob", "bytea", "bytes"}),
    "date": frozenset({"date"}),
    "time": frozenset({"time", "time without time zone"}),
    "timestamp": frozenset({"timestamp", "timestamptz", "timestamp with time zone"}),
    "timestamp_ntz": frozenset({"timestamp", "timestamp_ntz", "timestamp without time zone", "datetime"}),
    "interval": frozenset({"interval"}),
    "json": frozenset({"json"}),
    "uuid": frozenset({"uuid", "uniqueidentifier"}),
    "xml": frozenset({"xml"}),
    "geometry": frozenset({"geometry"}),
}
