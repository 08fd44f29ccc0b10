-- Delta and Iceberg, on plain Spark
CREATE DATABASE IF NOT EXISTS silver LOCATION 's3a://acme-lake/silver' WITH DBPROPERTIES (owner = 'de', note = 'x;y');

CREATE OR REPLACE TABLE silver.orders (
  order_id     BIGINT NOT NULL,
  customer_id  BIGINT,
  status       STRING DEFAULT 'new',
  placed_at    TIMESTAMP NOT NULL,
  placed_day   DATE GENERATED ALWAYS AS (CAST(placed_at AS DATE)),
  net          DECIMAL(18,2),
  vat          DECIMAL(4,3) DEFAULT 0.19 COMMENT 'rate, not amount',
  gross        DECIMAL(22,5) GENERATED ALWAYS AS (net * (1 + vat)) COMMENT 'net + vat',
  shipped      BOOLEAN DEFAULT false NOT NULL,
  note         STRING COMMENT "it's; \"free\" text"
)
USING DELTA
PARTITIONED BY (placed_day)
COMMENT 'orders; cleaned'
TBLPROPERTIES (
  'delta.enableChangeDataFeed' = 'true',
  'delta.minReaderVersion' = 2
);

CREATE TABLE IF NOT EXISTS silver.order_lines (
  order_id BIGINT, line_no INT, sku STRING, qty INT, price DECIMAL(10,2), promo ARRAY<STRUCT<code: STRING, pct: DECIMAL(5,2)>>
) USING delta LOCATION 's3a://acme-lake/silver/order_lines';

CREATE TABLE prod.silver.visits (
  visit_id STRING NOT NULL,
  user_id BIGINT,
  ts TIMESTAMP,
  page STRING,
  took INTERVAL DAY TO SECOND,
  geo STRUCT<lat: DOUBLE, lon: DOUBLE>
)
USING iceberg
PARTITIONED BY (days(ts), bucket(16, user_id))
TBLPROPERTIES ('format-version' = '2', 'write.metadata.compression-codec' = 'gzip');

CREATE TABLE prod.silver.countries (
  iso2 STRING,
  name STRING,
  pop BIGINT
)
USING iceberg
PARTITIONED BY (iso2);

CREATE TABLE silver.hudi_users (
  uuid STRING,
  name STRING,
  age INTEGER,
  ts BIGINT,
  city STRING
)
USING hudi
OPTIONS (
  type = 'mor',
  primaryKey = 'uuid',
  preCombineField = 'ts'
)
PARTITIONED BY (city);

CREATE TABLE silver.jdbc_rates (
  ccy CHAR(3),
  day DATE,
  rate DOUBLE
)
USING org.apache.spark.sql.jdbc
OPTIONS (url 'jdbc:postgresql://db/fx?a=1;b=2', dbtable 'rates', user 'reader');

CREATE TABLE silver.bucketed (
  user_id BIGINT,
  day DATE,
  clicks BIGINT
)
USING parquet
PARTITIONED BY (day)
CLUSTERED BY (user_id) SORTED BY (user_id ASC) INTO 32 BUCKETS;

CREATE TABLE silver.documents (
  id STRING,
  body VARIANT,
  meta MAP<STRING, STRUCT<v: STRING, at: TIMESTAMP>>,
  title STRING COLLATE UTF8_LCASE,
  since INTERVAL YEAR TO MONTH
)
USING delta
CLUSTER BY (id);

CREATE TABLE silver.typed_copy (
  k INT,
  v STRING
)
USING parquet;
INSERT INTO silver.typed_copy SELECT 1 AS k, 'a;b' AS v;

ALTER TABLE silver.order_lines ADD COLUMNS (weight FLOAT, hazmat BOOLEAN COMMENT 'lithium; acids');
ALTER TABLE prod.silver.visits ADD COLUMN device STRING COMMENT 'ua; parsed';
ALTER TABLE silver.orders ALTER COLUMN note COMMENT 'free text';
ALTER TABLE silver.orders ALTER COLUMN status SET DEFAULT 'open';
ALTER TABLE silver.orders ALTER COLUMN customer_id SET NOT NULL;
ALTER TABLE silver.orders ADD CONSTRAINT net_ok CHECK (net >= 0);
ALTER TABLE prod.silver.visits WRITE ORDERED BY ts, visit_id;
MERGE INTO silver.orders t USING updates u ON t.order_id = u.order_id WHEN MATCHED THEN UPDATE SET t.note = 'x; y' WHEN NOT MATCHED THEN INSERT *;
OPTIMIZE silver.orders ZORDER BY (customer_id);
