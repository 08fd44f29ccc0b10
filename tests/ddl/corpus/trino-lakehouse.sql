-- trino --catalog hive -f lakehouse.sql
CREATE SCHEMA IF NOT EXISTS hive.sales WITH (location = 's3://acme/sales/');
USE hive.sales;
DROP TABLE IF EXISTS hive.sales.orders;

CREATE TABLE IF NOT EXISTS hive.sales.orders (
   order_id bigint NOT NULL COMMENT 'unique; from the shop',
   customer varchar,
   code varchar(20),
   flag char(1),
   status varchar DEFAULT 'new',
   net decimal(18, 2),
   bare decimal,
   ratio real,
   score double,
   small smallint,
   tiny tinyint,
   n integer,
   ok boolean,
   raw varbinary,
   placed timestamp(3),
   placed_z timestamp(6) with time zone,
   placed_plain timestamp,
   day_time time(3),
   due date,
   items array(row(sku varchar(40), qty integer, price decimal(10, 2), tags array(varchar))),
   props map(varchar, varchar),
   address row(street varchar, zip char(5), geo row(lat double, lon double)),
   doc json,
   uid uuid,
   ip ipaddress,
   dt varchar COMMENT 'day; yyyy-mm-dd',
   region varchar(10)
)
COMMENT 'orders; "raw" ones'
WITH (
   external_location = 's3://acme/sales/orders',
   format = 'ORC',
   partitioned_by = ARRAY['dt','region'],
   bucketed_by = ARRAY['order_id'],
   bucket_count = 16,
   sorted_by = ARRAY['placed DESC']
);

CREATE TABLE iceberg.web.events (
   event_id uuid NOT NULL,
   at timestamp(6) with time zone,
   "user" row(id bigint, "first name" varchar),
   kind varchar,
   payload map(varchar, array(row(k varchar, v double)))
)
WITH (
   format = 'PARQUET',
   format_version = 2,
   location = 's3://acme/web/events;v2',
   partitioning = ARRAY['month(at)', 'bucket(event_id, 16)'],
   sorted_by = ARRAY['at']
);

CREATE TABLE hive.sales.csv_feed (
   a varchar,
   b varchar,
   "c d" varchar,
   "ORDER" varchar,
   "größe" varchar,
   "say ""hi""" varchar
)
WITH (
   format = 'CSV',
   csv_separator = ';',
   csv_quote = '"',
   external_location = 's3a://acme/feed/'
);

CREATE TABLE hive.sales.plain (k integer, v varchar, w interval day to second, i interval year to month);

CREATE TABLE hive.sales.bigger (
   extra_id bigint,
   LIKE hive.sales.plain INCLUDING PROPERTIES,
   noted_at timestamp(0)
);

CREATE TABLE delta.ops.readings (
   station varchar,
   value double,
   quality tinyint,
   day date
)
WITH (partitioned_by = ARRAY['day'], change_data_feed_enabled = true);

CREATE TABLE kudu.default.users (
  user_id bigint WITH (primary_key = true),
  first_name varchar WITH (encoding = 'dictionary', compression = 'lz4') COMMENT 'given; may be empty',
  last_name varchar WITH (nullable = true),
  born date
) WITH (
  partition_by_hash_columns = ARRAY['user_id'],
  partition_by_hash_buckets = 2
);

CREATE OR REPLACE TABLE iceberg.web.sessions (
   session_id varchar NOT NULL,
   started timestamp(6) NOT NULL,
   pages array(varchar),
   hll HyperLogLog,
   shape Geometry
) WITH (partitioning = ARRAY['day(started)']);

CREATE TABLE hive.sales."daily-totals" ("day" date, "n" bigint, "sum" decimal(38,2), "avg" real) WITH (format='PARQUET',partitioned_by=ARRAY[]);

-- legacy presto spelling
CREATE TABLE hive.legacy.clicks (
   id bigint,
   tags array<varchar>,
   props map<varchar,bigint>,
   nested row(a integer, b array<row(c varchar, d timestamp)>),
   ds varchar
) WITH (format = 'RCBINARY', partitioned_by = ARRAY ['ds']);

CREATE TABLE memory.default.rates (ccy char(3) NOT NULL, day date NOT NULL, rate decimal(18,8), src varchar(100));
CREATE TABLE postgresql.public.mirror (id integer NOT NULL, body varchar(500), at timestamp(6) with time zone, price decimal(10,2));

ALTER TABLE memory.default.rates ADD COLUMN bid decimal(18,8) COMMENT 'bid; not ask';
ALTER TABLE iceberg.web.sessions ADD COLUMN IF NOT EXISTS device row(os varchar, v varchar);
ALTER TABLE iceberg.web.events SET PROPERTIES partitioning = ARRAY['day(at)'];
ALTER TABLE iceberg.web.events EXECUTE optimize(file_size_threshold => '128MB');
COMMENT ON TABLE hive.sales.plain IS 'nothing; much';
COMMENT ON COLUMN hive.sales.plain.k IS 'it''s the key';
CREATE VIEW hive.sales.v AS SELECT * FROM hive.sales.orders WHERE status <> 'void;';
CREATE MATERIALIZED VIEW iceberg.web.mv WITH (format = 'ORC') AS SELECT kind, count(*) n FROM iceberg.web.events GROUP BY kind;
CALL hive.system.sync_partition_metadata('sales', 'orders', 'FULL');
ANALYZE hive.sales.orders WITH (partitions = ARRAY[ARRAY['2024-01-01', 'eu']]);
INSERT INTO memory.default.rates VALUES ('EUR', DATE '2024-01-01', DECIMAL '1.0', 'x;y', NULL);
GRANT SELECT ON hive.sales.orders TO ROLE analyst;
