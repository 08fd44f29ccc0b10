/* a single node; what the team wrote over three years */
USE default;

CREATE TABLE events
(
    id UInt64,
    name String,
    at DateTime64(9, 'UTC'),
    props String,
)
ENGINE = MergeTree
ORDER BY tuple();

CREATE TABLE metrics (
    `name.full` LowCardinality(String),
    `labels.key` Array(LowCardinality(String)),
    `labels.value` Array(String),
    ts DateTime CODEC(DoubleDelta, LZ4),
    value Float64 CODEC(Gorilla, ZSTD(3)),
    value32 Float32,
    PRIMARY KEY (`name.full`, ts)
)
ENGINE = MergeTree()
ORDER BY (`name.full`, ts, value)
PARTITION BY toStartOfWeek(ts)
TTL ts + INTERVAL 30 DAY;

CREATE OR REPLACE TABLE trades
(
    trade_id UInt128,
    wide Int256,
    wide_u UInt256,
    big Int128,
    symbol FixedString(12),
    side Enum('buy' = 1, 'sell' = 2),
    px Decimal(38, 18),
    px_wide Decimal256(20),
    px_76 Decimal(76, 30),
    qty Decimal(9),
    fee Nullable(Decimal32(4)),
    ok Bool DEFAULT true,
    d32 Date32,
    legs Array(Tuple(sym String, ratio Int32)),
    levels Array(Array(Float64)),
    pair Tuple(Float64, Float64),
    j JSON,
    pt Point,
    area MultiPolygon
)
ENGINE = ReplacingMergeTree(trade_id)
ORDER BY (symbol, trade_id)
SETTINGS allow_nullable_key = 0;

CREATE TABLE balance_changes
(
    account UInt32,
    delta Int64,
    sign Int8,
    version UInt32,
    note String TTL at + INTERVAL 1 DAY,
    at DateTime DEFAULT now()
)
ENGINE = VersionedCollapsingMergeTree(sign, version)
ORDER BY (account, at);

CREATE TABLE totals
(
    day Date,
    key_ UInt16,
    a UInt64,
    b UInt64
)
ENGINE = SummingMergeTree((a, b))
PARTITION BY day
PRIMARY KEY (toStartOfMonth(day), key_)
ORDER BY (toStartOfMonth(day), key_, day);

CREATE TABLE buffer_totals AS totals ENGINE = Buffer(default, totals, 16, 10, 100, 10000, 1000000, 10000000, 100000000);

CREATE TABLE "odd names"
(
    "from" String,
    "to date" Date,
    "größe" Float32,
    "索引" UInt8,
    "index" UInt8,
    "projection" String,
    "constraint" Nullable(String),
    "back`tick" Int32
)
ENGINE = Log;

CREATE TEMPORARY TABLE tmp_ids (id UInt64, why String);

CREATE TABLE sql_style
(
    id BIGINT NOT NULL,
    code VARCHAR(20) NOT NULL,
    qty INT NULL,
    small SMALLINT,
    tiny TINYINT,
    txt TEXT,
    price DECIMAL(10,2) NULL DEFAULT 0,
    ratio DOUBLE,
    seen TIMESTAMP,
    flag BOOLEAN,
    CONSTRAINT positive CHECK price > 0 AND code != ';'
)
ENGINE = MergeTree
PRIMARY KEY (id)
ORDER BY (id);

CREATE TABLE s3_dump (id UInt64, line String, size UInt64, at DateTime64(3))
ENGINE = S3('https://bucket.s3.amazonaws.com/dump/*.csv.gz', 'CSVWithNames', 'gzip')
SETTINGS format_csv_delimiter = ';';

CREATE TABLE from_mysql
(
    `id` UInt32,
    `email` Nullable(String),
    `created` DateTime
)
ENGINE = MySQL('db:3306', 'shop', 'users', 'reader', 'not;a;secret');

CREATE TABLE sessions
(
    session_id UUID,
    started DateTime('Europe/Berlin'),
    ended Nullable(DateTime('Europe/Berlin')),
    pages UInt16 DEFAULT 0 COMMENT 'hits; not seconds',
    `utm.source` LowCardinality(Nullable(String)),
    duration UInt32 ALIAS dateDiff('second', started, ended),
    first_url String CODEC(NONE),
    attrs Nested(k String, v Nullable(String)),
    settings Map(String, Array(Tuple(a UInt8, b Nullable(String)))),
    INDEX i1 (session_id, started) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX i2 lower(first_url) TYPE ngrambf_v1(3, 256, 2, 0) GRANULARITY 4,
    PROJECTION p1 (SELECT toDate(started) AS d, count() GROUP BY d),
    PROJECTION p2 (SELECT * ORDER BY session_id)
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(started)
ORDER BY (started, session_id)
PRIMARY KEY started
SETTINGS index_granularity = 8192, min_bytes_for_wide_part = 0;

CREATE TABLE shop.orders
(
    order_id UInt64 PRIMARY KEY,
    customer_id UInt32,
    status LowCardinality(String) DEFAULT 'new',
    total Decimal(18, 2),
    placed DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC'),
    lines Array(Tuple(sku String, qty UInt16, net Decimal(12, 2)))
)
ENGINE = ReplacingMergeTree;

CREATE TABLE shop.orders_null AS shop.orders ENGINE = Null;
CREATE TABLE shop.customers (customer_id UInt32, name String, vip UInt8 DEFAULT 0) ENGINE = EmbeddedRocksDB PRIMARY KEY customer_id;
CREATE TABLE shop.notes (id UInt32, body String CODEC(ZSTD(22)), tags Array(LowCardinality(String)), INDEX ft body TYPE text(tokenizer = 'default')) ENGINE = MergeTree ORDER BY id;

ALTER TABLE shop.orders ADD COLUMN channel Enum8('web' = 1, 'shop' = 2) FIRST;
ALTER TABLE shop.orders ADD CONSTRAINT total_ok CHECK total >= 0;
ALTER TABLE shop.orders ADD PROJECTION p_status (SELECT status, count() GROUP BY status);
ALTER TABLE shop.customers COMMENT COLUMN name 'full; with title';

CREATE VIEW shop.v_orders AS SELECT * FROM shop.orders WHERE status != 'void;';
OPTIMIZE TABLE events FINAL;
