-- spark-sql -f lake.sql
SET spark.sql.sources.partitionOverwriteMode=dynamic;
SET spark.sql.session.timeZone=UTC;
ADD JAR 's3a://acme/jars/geo;v2.jar';
CREATE NAMESPACE IF NOT EXISTS lake.bronze COMMENT 'as it came; parquet';
USE lake.bronze;

DROP TABLE IF EXISTS bronze.trips;

CREATE TABLE IF NOT EXISTS bronze.trips (
  trip_id      BIGINT NOT NULL COMMENT 'not unique; the vendor\'s own',
  vendor       STRING,
  pickup       TIMESTAMP,
  pickup_ntz   TIMESTAMP_NTZ,
  dropoff      TIMESTAMP_LTZ,
  passengers   TINYINT,
  distance     DOUBLE,
  fare         DECIMAL(8,2),
  tip          DECIMAL,
  flag         CHAR(1),
  zone         VARCHAR(40),
  small_       SHORT,
  byte_        BYTE,
  long_        LONG,
  real_        REAL,
  float_       FLOAT,
  num          NUMERIC(20,4),
  raw          BINARY,
  pickup_date  DATE,
  region       STRING
)
USING PARQUET
PARTITIONED BY (pickup_date, region)
COMMENT 'taxi trips; one row each'
LOCATION 's3a://acme-lake/bronze/trips'
TBLPROPERTIES ('parquet.compression' = 'zstd', 'note' = "it's; fine");

CREATE TABLE bronze.csv_feed (
  id INT,
  `line text` STRING,
  amount DEC(10,3),
  at TIMESTAMP
)
USING csv
OPTIONS (
  path 's3a://acme-lake/feed/',
  header "true",
  sep ';',
  quote '"',
  dateFormat 'yyyy-MM-dd'
);

CREATE TABLE bronze.json_docs (
  id STRING,
  doc STRUCT<
    customer: STRUCT<id: BIGINT, name: STRING, emails: ARRAY<STRING>>,
    items: ARRAY<STRUCT<sku: STRING, qty: INT, attrs: MAP<STRING, DECIMAL(10,2)>>>,
    `weird key`: STRING COMMENT 'a field with a space',
    ts: TIMESTAMP
  > COMMENT 'parsed; see "schema.json"',
  tags ARRAY<STRING>,
  counters MAP<STRING, BIGINT>,
  matrix ARRAY<ARRAY<DOUBLE>>
)
USING json
OPTIONS ('multiLine' = 'true', 'path' = 's3a://acme-lake/docs');

CREATE EXTERNAL TABLE bronze.hive_style (
  a INT COMMENT 'first',
  b STRING
)
COMMENT 'made the old way'
PARTITIONED BY (dt STRING COMMENT 'day', hr INT)
CLUSTERED BY (a) SORTED BY (b DESC) INTO 8 BUCKETS
ROW FORMAT SERDE 'org.apache.hadoop.hive.ql.io.orc.OrcSerde'
WITH SERDEPROPERTIES ('serialization.format' = '1')
STORED AS ORC
LOCATION '/data/hive_style';

CREATE TABLE bronze.delimited (k STRING, v MAP<STRING, STRING>, l ARRAY<INT>)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '|' COLLECTION ITEMS TERMINATED BY ',' MAP KEYS TERMINATED BY ':' LINES TERMINATED BY '\n'
STORED AS TEXTFILE;

CREATE TABLE bronze.like_trips LIKE bronze.csv_feed USING parquet LOCATION 's3a://acme-lake/bronze/like';

CREATE OR REPLACE TEMPORARY VIEW v_recent AS SELECT * FROM bronze.trips WHERE pickup_date > date_sub(current_date(), 7) AND zone <> ';';

INSERT OVERWRITE bronze.trips PARTITION (pickup_date, region) SELECT *, to_date(pickup), 'n;y' FROM staging_trips;

ALTER TABLE bronze.csv_feed ADD COLUMNS (currency CHAR(3) COMMENT 'iso; 3 letters', rate DOUBLE);
ALTER TABLE bronze.trips SET TBLPROPERTIES ('retention' = '400');
ALTER TABLE bronze.hive_style ADD PARTITION (dt = '2024-01-01', hr = 0) LOCATION '/data/hive_style/x';
ALTER TABLE bronze.hive_style ADD COLUMNS (c DATE);
ALTER TABLE bronze.json_docs SET LOCATION 's3a://acme-lake/docs_v2';

MSCK REPAIR TABLE bronze.hive_style;
REFRESH TABLE bronze.trips;
ANALYZE TABLE bronze.trips COMPUTE STATISTICS FOR ALL COLUMNS;
CACHE LAZY TABLE bronze.csv_feed OPTIONS ('storageLevel' = 'DISK_ONLY');
COMMENT ON TABLE bronze.delimited IS 'pipes; colons';

CREATE TABLE bronze.`unicode & co` (
  `größe` DOUBLE,
  `名前` STRING,
  `order` INT,
  `a``b` INT,
  `a.b` INT,
  `select` STRUCT<`from`: INT, `to`: INT>,
  `date` DATE
) USING orc;
