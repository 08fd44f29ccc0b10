-- analytics cluster: local tables on every shard, a distributed one above each
CREATE DATABASE IF NOT EXISTS web ON CLUSTER '{cluster}' ENGINE = Replicated('/clickhouse/databases/web', '{shard}', '{replica}');
SET allow_experimental_object_type = 1;

DROP TABLE IF EXISTS web.hits_local ON CLUSTER '{cluster}' SYNC;

CREATE TABLE IF NOT EXISTS web.hits_local ON CLUSTER '{cluster}'
(
    `watch_id`      UInt64 CODEC(DoubleDelta, ZSTD(1)),
    `event_date`    Date DEFAULT toDate(event_time),
    `event_time`    DateTime('UTC') CODEC(Delta(4), LZ4),
    `event_ms`      DateTime64(3, 'Europe/Berlin'),
    `server_time`   DateTime,
    `server_us`     DateTime64(6),
    `user_id`       UInt32,
    `region`        UInt16,
    `is_mobile`     UInt8,
    `visits`        Int64,
    `depth`         Int8,
    `width`         Int16,
    `height`        Int32,
    `url`           String COMMENT 'as sent; may hold '';'' and \'quotes\'',
    `referer`       Nullable(String),
    `country`       LowCardinality(FixedString(2)),
    `browser`       LowCardinality(String) DEFAULT 'unknown; other',
    `os`            LowCardinality(Nullable(String)),
    `ip`            IPv4,
    `ip6`           IPv6,
    `goals`         Array(UInt32),
    `maybe_goals`   Array(Nullable(UInt8)),
    `params`        Map(String, String),
    `counts`        Map(LowCardinality(String), UInt64),
    `geo`           Tuple(lat Float64, lon Float64),
    `goods`         Nested(
                        sku String,
                        price Decimal(12, 2),
                        qty UInt16
                    ),
    `kind`          Enum8('view' = 1, 'click' = 2, 'it''s; odd' = -1),
    `level`         Enum16('low' = 100, 'high' = 200),
    `revenue`       Decimal64(4),
    `cost`          Nullable(Decimal(18, 6)),
    `uid`           UUID DEFAULT generateUUIDv4(),
    `url_hash`      UInt64 MATERIALIZED cityHash64(url),
    `domain`        String ALIAS domain(url),
    `tmp_payload`   String EPHEMERAL,
    INDEX idx_url url TYPE tokenbf_v1(30720, 2, 0) GRANULARITY 4,
    INDEX idx_user (user_id) TYPE minmax GRANULARITY 1,
    PROJECTION by_region
    (
        SELECT region, count(), sum(revenue)
        GROUP BY region
    ),
    CONSTRAINT sane_depth CHECK depth >= 0,
    CONSTRAINT hashed ASSUME url_hash = cityHash64(url)
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/web/hits_local', '{replica}')
PARTITION BY toYYYYMM(event_date)
PRIMARY KEY (region, event_date)
ORDER BY (region, event_date, cityHash64(user_id), watch_id)
SAMPLE BY cityHash64(user_id)
TTL event_date + INTERVAL 13 MONTH DELETE, event_date + toIntervalMonth(3) TO VOLUME 'cold'
SETTINGS index_granularity = 8192, storage_policy = 'hot_cold'
COMMENT 'one row per hit; local part';

CREATE TABLE IF NOT EXISTS web.hits ON CLUSTER '{cluster}' AS web.hits_local
ENGINE = Distributed('{cluster}', web, hits_local, cityHash64(user_id));

CREATE TABLE web.hits_queue ON CLUSTER '{cluster}'
(
    message String,
    ts UInt64
)
ENGINE = Kafka
SETTINGS kafka_broker_list = 'k1:9092,k2:9092',
         kafka_topic_list = 'hits',
         kafka_group_name = 'ch;1',
         kafka_format = 'JSONAsString';

CREATE TABLE web.visits_daily ON CLUSTER '{cluster}'
(
    day Date,
    region UInt16,
    hits SimpleAggregateFunction(sum, UInt64),
    last_seen SimpleAggregateFunction(max, DateTime),
    any_ref SimpleAggregateFunction(any, Nullable(String)),
    users AggregateFunction(uniq, UInt32),
    p95 AggregateFunction(quantiles(0.5, 0.95), Float32)
)
ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/{shard}/web/visits_daily', '{replica}')
ORDER BY (day, region);

CREATE MATERIALIZED VIEW web.mv_visits_daily ON CLUSTER '{cluster}' TO web.visits_daily AS
SELECT toDate(event_time) AS day, region, count() AS hits, max(server_time) AS last_seen, any(referer) AS any_ref,
       uniqState(user_id) AS users, quantilesState(0.5, 0.95)(toFloat32(depth)) AS p95
FROM web.hits_local GROUP BY day, region;

CREATE TABLE web.dim_user ON CLUSTER '{cluster}'
(
    user_id UInt32,
    email String,
    name Nullable(String),
    plan LowCardinality(String),
    balance Decimal128(8),
    limits Decimal32(2),
    ver UInt64,
    deleted UInt8 DEFAULT 0
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/web/dim_user', '{replica}', ver, deleted)
PRIMARY KEY user_id
ORDER BY (user_id, plan)
SETTINGS index_granularity = 1024;

ALTER TABLE web.hits_local ON CLUSTER '{cluster}' ADD COLUMN IF NOT EXISTS utm_source LowCardinality(String) DEFAULT '' AFTER browser;
ALTER TABLE web.hits_local ON CLUSTER '{cluster}' ADD INDEX idx_country country TYPE set(100) GRANULARITY 4;
ALTER TABLE web.hits_local ON CLUSTER '{cluster}' MODIFY TTL event_date + INTERVAL 12 MONTH;
ALTER TABLE web.hits_local ON CLUSTER '{cluster}' MODIFY SETTING merge_with_ttl_timeout = 3600;
ALTER TABLE web.dim_user ON CLUSTER '{cluster}' ADD COLUMN phone Nullable(String), ADD COLUMN tags Array(String);

CREATE DICTIONARY web.regions ON CLUSTER '{cluster}'
(
    id UInt64,
    name String DEFAULT 'n/a; none'
)
PRIMARY KEY id
SOURCE(CLICKHOUSE(TABLE 'regions_src' DB 'web'))
LAYOUT(FLAT())
LIFETIME(MIN 300 MAX 600);

INSERT INTO web.dim_user (user_id, email) VALUES (1, 'a;b@example.com'), (2, 'it\'s@example.com');
GRANT SELECT ON web.* TO reader;
SYSTEM SYNC REPLICA web.hits_local;
