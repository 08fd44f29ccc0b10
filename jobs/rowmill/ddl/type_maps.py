"""The types of every dialect as data: what a source type is called, and the canonical type that holds it.

A canonical type without its size (`decimal`, `char`, `varchar`) takes the size of the source type. A type that
stands in no table is `unknown`: no type is ever guessed.
"""

from __future__ import annotations

# By the words as they stand in the DDL (upper case, without sizes): what all dialects agree on, unless DIALECT_WORDS says otherwise.
WORDS: dict[str, str] = {
    **dict.fromkeys(("BOOLEAN", "BOOL"), "boolean"),
    **dict.fromkeys(("TINYINT", "INT1", "BYTEINT"), "tinyint"),
    **dict.fromkeys(("SMALLINT", "INT2", "INT16", "TINYINT UNSIGNED"), "smallint"),
    **dict.fromkeys(("INT", "INTEGER", "INT4", "INT32", "MEDIUMINT", "MIDDLEINT", "INT3", "SIGNED", "YEAR"), "int"),
    **dict.fromkeys(("SMALLINT UNSIGNED", "MEDIUMINT UNSIGNED"), "int"),
    **dict.fromkeys(("BIGINT", "INT8", "INT64", "INT UNSIGNED", "INTEGER UNSIGNED", "UNSIGNED"), "bigint"),
    "BIGINT UNSIGNED": "decimal(20,0)",
    **dict.fromkeys(("SMALLSERIAL", "SERIAL2"), "smallint"),
    **dict.fromkeys(("SERIAL", "SERIAL4"), "int"),
    **dict.fromkeys(("BIGSERIAL", "SERIAL8"), "bigint"),
    **dict.fromkeys(("DECIMAL", "NUMERIC", "DEC", "NUMBER", "FIXED"), "decimal"),
    **dict.fromkeys(("DECIMAL UNSIGNED", "NUMERIC UNSIGNED", "DEC UNSIGNED"), "decimal"),
    **dict.fromkeys(("FLOAT", "REAL", "FLOAT4", "FLOAT32", "BINARY_FLOAT", "FLOAT UNSIGNED", "SMALLFLOAT"), "float"),
    **dict.fromkeys(("DOUBLE", "DOUBLE PRECISION", "FLOAT8", "FLOAT64", "BINARY_DOUBLE", "DOUBLE UNSIGNED"), "double"),
    "DOUBLE PRECISION UNSIGNED": "double",
    "MONEY": "decimal(19,4)",
    "SMALLMONEY": "decimal(10,4)",
    **dict.fromkeys(
        ("CHAR", "CHARACTER", "NCHAR", "NATIONAL CHAR", "NATIONAL CHARACTER", "BPCHAR", "NATIVE CHARACTER", "GRAPHIC"), "char"
    ),
    **dict.fromkeys(
        (
            "VARCHAR", "CHARACTER VARYING", "CHAR VARYING", "NVARCHAR", "VARCHAR2", "NVARCHAR2", "NATIONAL VARCHAR",
            "NATIONAL CHARACTER VARYING", "NATIONAL CHAR VARYING", "NCHAR VARYING", "VARYING CHARACTER", "VARGRAPHIC",
            "NCHAR VARCHAR", "NATIONAL CHARACTER VARCHAR", "VARCHAR BINARY",
        ),
        "varchar",
    ),
    **dict.fromkeys(
        (
            "TEXT", "NTEXT", "TINYTEXT", "MEDIUMTEXT", "LONGTEXT", "STRING", "CLOB", "NCLOB", "DBCLOB", "CITEXT", "NAME", "LONG VARCHAR",
            "CHARACTER LARGE OBJECT", "CHAR LARGE OBJECT", "NATIONAL CHARACTER LARGE OBJECT", "NCHAR LARGE OBJECT", "LONG NVARCHAR",
            "LONG VARGRAPHIC", "LONG CHAR VARYING", "LONG CHARACTER VARYING", "DOUBLE BYTE CHARACTER LARGE OBJECT", "ENUM", "SET", "LONG TEXT",
        ),
        "string",
    ),
    **dict.fromkeys(
        (
            "BINARY", "VARBINARY", "BINARY VARYING", "BYTEA", "RAW", "LONG RAW", "BLOB", "TINYBLOB", "MEDIUMBLOB", "LONGBLOB", "IMAGE",
            "BYTES", "VARBYTE", "BINARY LARGE OBJECT", "LONG VARBINARY", "LONG BINARY VARYING", "ROWVERSION", "LONG VARBYTE",
        ),
        "binary",
    ),
    "DATE": "date",
    **dict.fromkeys(("TIME", "TIME WITHOUT TIME ZONE", "TIME WITH TIME ZONE", "TIMETZ"), "time"),
    **dict.fromkeys(
        (
            "TIMESTAMP", "TIMESTAMP WITHOUT TIME ZONE", "TIMESTAMP_NTZ", "TIMESTAMPNTZ", "TIMESTAMP WITHOUT LOCAL TIME ZONE", "DATETIME",
            "DATETIME2", "SMALLDATETIME", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP_US",
        ),
        "timestamp_ntz",
    ),
    **dict.fromkeys(
        (
            "TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP WITH LOCAL TIME ZONE", "TIMESTAMP_LTZ", "TIMESTAMPLTZ", "TIMESTAMP_TZ",
            "TIMESTAMPTZ WITH TIME ZONE", "DATETIMEOFFSET", "TIMESTAMP LOCAL TIME ZONE",
        ),
        "timestamp",
    ),
    **dict.fromkeys(("UUID", "UNIQUEIDENTIFIER"), "uuid"),
    **dict.fromkeys(("JSON", "JSONB", "SUPER", "VARIANT"), "json"),
    **dict.fromkeys(("XML", "XMLTYPE"), "xml"),
    **dict.fromkeys(
        (
            "GEOMETRY", "GEOGRAPHY", "POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON", "GEOMETRYCOLLECTION",
            "GEOMCOLLECTION", "SDO_GEOMETRY", "ST_GEOMETRY", "ST_POINT", "ST_LINESTRING", "ST_POLYGON", "ST_MULTIPOINT",
            "ST_MULTILINESTRING", "ST_MULTIPOLYGON", "GEOGRAPHYPOINT", "BOX", "PATH", "LSEG", "CIRCLE", "LINE",
        ),
        "geometry",
    ),
}

# The same, where one dialect means something else, or alone knows the word. `""` stands for: of no table, even if KINDS has it.
_INSTANT = {"TIMESTAMP": "timestamp"}
_FLOAT_IS_DOUBLE = {"FLOAT": "double"}
_HIVE = {**_INSTANT, "TIMESTAMPLOCALTZ": "timestamp"}
_SPARK = {**_INSTANT, "BYTE": "tinyint", "SHORT": "smallint", "LONG": "bigint"}
_MYSQL = {"BIT": "bit", "SERIAL": "decimal(20,0)", "LONG": "string", "NVARCHAR": "varchar", "DOUBLE UNSIGNED": "double"}
DIALECT_WORDS: dict[str, dict[str, str]] = {
    "athena": _HIVE,
    "bigquery": {
        **_FLOAT_IS_DOUBLE, **_INSTANT, "STRING": "varchar", "BIGNUMERIC": "wide", "BIGDECIMAL": "wide", "INTERVAL": "interval",
        "RANGE": "",
    },
    "clickhouse": {
        "INT8": "tinyint", "UINT8": "smallint", "UINT16": "int", "UINT32": "bigint", "UINT64": "decimal(20,0)", "INT128": "decimal(38,0)",
        "INT256": "", "UINT128": "", "UINT256": "", "BFLOAT16": "float", "DECIMAL32": "decimal(9,s)", "DECIMAL64": "decimal(18,s)",
        "DECIMAL128": "decimal(38,s)", "DECIMAL256": "", "FIXEDSTRING": "char", "ENUM8": "string", "ENUM16": "string", "DATE32": "date",
        "DATETIME32": "timestamp_ntz", "DATETIME64": "timestamp_ntz", "OBJECT": "json", "RING": "geometry", "IPV4": "", "IPV6": "",
        "TIME64": "time", "FLOAT": "float",
    },
    "databricks": {**_SPARK, "OBJECT": "json"},
    "db2": {**_FLOAT_IS_DOUBLE, "CHAR FOR BIT DATA": "binary", "CHARACTER FOR BIT DATA": "binary", "VARCHAR FOR BIT DATA": "binary",
            "CHARACTER VARYING FOR BIT DATA": "binary", "CHAR VARYING FOR BIT DATA": "binary", "LONG VARCHAR FOR BIT DATA": "binary",
            "CHAR FOR SBCS DATA": "char", "VARCHAR FOR SBCS DATA": "varchar", "CHAR FOR MIXED DATA": "char", "VARCHAR FOR MIXED DATA": "varchar",
            "TIMESTAMP": "timestamp_ntz", "DECFLOAT": "", "ROWID": ""},
    "duckdb": {
        "HUGEINT": "decimal(38,0)", "UHUGEINT": "", "UBIGINT": "decimal(20,0)", "UINTEGER": "bigint", "USMALLINT": "int",
        "UTINYINT": "smallint", "LONG": "bigint", "SHORT": "smallint", "SIGNED": "int", "LOGICAL": "boolean", "INT1": "tinyint",
        "BIT": "", "BITSTRING": "", "FLOAT": "float", "INT128": "decimal(38,0)", "UINT8": "smallint", "UINT16": "int", "UINT32": "bigint",
        "UINT64": "decimal(20,0)",
    },
    "exasol": {**_FLOAT_IS_DOUBLE, "HASHTYPE": "", "LONG VARCHAR": "string", "NUMBER": "double", "SHORTINT": "smallint"},
    "hive": _HIVE,
    "mysql": _MYSQL,
    "oracle": {**_FLOAT_IS_DOUBLE, "DATE": "timestamp_ntz", "LONG": "string", "URITYPE": "", "BFILE": "", "ROWID": "", "UROWID": ""},
    "postgres": {**_FLOAT_IS_DOUBLE, "BIT": "", "BIT VARYING": "", "VARBIT": "", "OID": "", "SERIAL": "int"},
    "redshift": {**_FLOAT_IS_DOUBLE, "HLLSKETCH": ""},
    "singlestore": {**_MYSQL, "VECTOR": "", "BSON": ""},
    "snowflake": {
        **_FLOAT_IS_DOUBLE, "FLOAT4": "double", "OBJECT": "json", "TEXT": "varchar", "STRING": "varchar", "BYTEINT": "tinyint", "VECTOR": "",
        "CHAR": "char", "NUMBER": "decimal", "MAP": "json",
    },
    "spark": _SPARK,
    "sqlite": {
        "UNSIGNED BIG INT": "decimal(20,0)", "INTEGER": "int", "BIT": "", "LONG": "bigint", "GUID": "",
        "LONGTEXT": "string", "BIG INT": "bigint", "UNSIGNED BIGINT": "decimal(20,0)", "UNSIGNED INT": "bigint",
        "UNSIGNED INTEGER": "bigint", "LONG INTEGER": "bigint", "DOUBLE FLOAT": "double",
    },
    "teradata": {**_FLOAT_IS_DOUBLE, "BYTE": "binary", "NUMBER": "number", "LONG VARGRAPHIC": "string", "LONG VARBYTE": "binary"},
    "trino": {"CHAR": "char", "IPADDRESS": "", "HYPERLOGLOG": "", "NUMBER": "decimal"},
    "tsql": {
        **_FLOAT_IS_DOUBLE, "BIT": "boolean", "TIMESTAMP": "binary", "SYSNAME": "varchar(128)", "HIERARCHYID": "", "SQL_VARIANT": "",
        "VECTOR": "", "TINYINT": "smallint",
    },
    "vertica": {**_FLOAT_IS_DOUBLE, "BIT": "", "RAW": "binary", "OCTET": "binary"},
}

# By sqlglot's name of the type: the rest of what it knows.
KINDS: dict[str, str] = {
    "BOOLEAN": "boolean",
    "TINYINT": "tinyint",
    "SMALLINT": "smallint",
    "MEDIUMINT": "int",
    "INT": "int",
    "BIGINT": "bigint",
    "INT128": "decimal(38,0)",
    # Unsigned: the next signed type that holds every value.
    "UTINYINT": "smallint",
    "USMALLINT": "int",
    "UMEDIUMINT": "int",
    "UINT": "bigint",
    "UBIGINT": "decimal(20,0)",
    "SMALLSERIAL": "smallint",
    "SERIAL": "int",
    "BIGSERIAL": "bigint",
    "FLOAT": "float",
    "DOUBLE": "double",
    "UDOUBLE": "double",
    "DECIMAL": "decimal",
    "UDECIMAL": "decimal",
    "MONEY": "decimal(19,4)",
    "SMALLMONEY": "decimal(10,4)",
    "CHAR": "char",
    "NCHAR": "char",
    "BPCHAR": "char",
    "FIXEDSTRING": "char",
    "VARCHAR": "varchar",
    "NVARCHAR": "varchar",
    "TEXT": "string",
    "TINYTEXT": "string",
    "MEDIUMTEXT": "string",
    "LONGTEXT": "string",
    "NAME": "string",
    "ENUM": "string",
    "ENUM8": "string",
    "ENUM16": "string",
    "SET": "string",
    "BINARY": "binary",
    "VARBINARY": "binary",
    "BLOB": "binary",
    "TINYBLOB": "binary",
    "MEDIUMBLOB": "binary",
    "LONGBLOB": "binary",
    "IMAGE": "binary",
    "ROWVERSION": "binary",
    "DATE": "date",
    "DATE32": "date",
    "TIME": "time",
    "TIMETZ": "time",
    "TIME_NS": "time",
    "DATETIME": "timestamp_ntz",
    "DATETIME2": "timestamp_ntz",
    "DATETIME64": "timestamp_ntz",
    "SMALLDATETIME": "timestamp_ntz",
    "TIMESTAMP": "timestamp_ntz",
    "TIMESTAMPNTZ": "timestamp_ntz",
    "TIMESTAMP_S": "timestamp_ntz",
    "TIMESTAMP_MS": "timestamp_ntz",
    "TIMESTAMP_NS": "timestamp_ntz",
    "TIMESTAMPTZ": "timestamp",
    "TIMESTAMPLTZ": "timestamp",
    "YEAR": "int",
    "INTERVAL": "interval",
    "UUID": "uuid",
    "JSON": "json",
    "JSONB": "json",
    "SUPER": "json",
    "VARIANT": "json",
    "OBJECT": "json",
    "XML": "xml",
    "GEOMETRY": "geometry",
    "GEOGRAPHY": "geometry",
    "GEOGRAPHYPOINT": "geometry",
    "POINT": "geometry",
    "LINESTRING": "geometry",
    "MULTILINESTRING": "geometry",
    "POLYGON": "geometry",
    "MULTIPOLYGON": "geometry",
    "RING": "geometry",
    "DECIMAL32": "decimal(9,s)",
    "DECIMAL64": "decimal(18,s)",
    "DECIMAL128": "decimal(38,s)",
}

# Numeric without arguments.
BARE_DECIMAL: dict[str, tuple[int, int]] = {
    "postgres": (38, 10),
    "oracle": (38, 10),
    "redshift": (18, 0),
    "tsql": (18, 0),
    "mysql": (10, 0),
    "singlestore": (10, 0),
    "hive": (10, 0),
    "spark": (10, 0),
    "databricks": (10, 0),
    "snowflake": (38, 0),
    "vertica": (37, 15),
    "bigquery": (38, 9),
    "duckdb": (18, 3),
    "trino": (38, 0),
    "athena": (10, 0),
    "teradata": (5, 0),
    "db2": (5, 0),
    "exasol": (18, 0),
    "clickhouse": (10, 0),
    "sqlite": (38, 10),
}

# What MAX stands for; elsewhere VARCHAR(MAX) has no bound.
VARCHAR_MAX = {"redshift": 65535}

# Words that say the same as the canonical type, with nothing lost: `source_type` is kept for all others.
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
