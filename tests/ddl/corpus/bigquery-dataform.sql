-- compiled from templates; one statement per table
DECLARE run_date DATE DEFAULT DATE '2024-01-01';
SET run_date = DATE_SUB(CURRENT_DATE(), INTERVAL 1 DAY);
BEGIN TRANSACTION;
CREATE OR REPLACE TABLE `dwh.core.dim_customer` (customer_id STRING NOT NULL, email STRING, name STRUCT<first STRING, last STRING>, addresses ARRAY<STRUCT<kind STRING, street STRING, zip STRING, geo GEOGRAPHY>>, born DATE, created TIMESTAMP DEFAULT CURRENT_TIMESTAMP(), PRIMARY KEY(customer_id) NOT ENFORCED) CLUSTER BY customer_id OPTIONS(description="customers; \"golden\" records");
COMMIT TRANSACTION;

CREATE TABLE `dwh.core.dim_store` (
  store_id INT64 NOT NULL PRIMARY KEY NOT ENFORCED,
  code STRING(10) NOT NULL,
  opened DATE DEFAULT DATE '2000-01-01',
  hours ARRAY<STRUCT<day INT64, `from` TIME, `to` TIME>>,
  lat FLOAT64,
  lon FLOAT64
);

CREATE TABLE `dwh.core.fact_order`
(
  order_id     STRING    NOT NULL OPTIONS (description = 'ulid'),
  customer_id  STRING    NOT NULL,
  store_id     INT64 REFERENCES `dwh.core.dim_store`(store_id) NOT ENFORCED,
  ordered_at   TIMESTAMP NOT NULL,
  order_month  DATE      NOT NULL,
  total        NUMERIC(18,2),
  tax          BIGNUMERIC(30,8),
  currency     STRING(3) DEFAULT 'EUR',
  lines        ARRAY<STRUCT<no INT64, sku STRING, qty NUMERIC(10,3), net NUMERIC(12,2), promo ARRAY<STRING>>>,
  payload      JSON,
  CONSTRAINT pk_order PRIMARY KEY (order_id) NOT ENFORCED,
  CONSTRAINT fk_order_customer FOREIGN KEY (customer_id) REFERENCES `dwh.core.dim_customer`(customer_id) NOT ENFORCED
)
PARTITION BY DATE_TRUNC(order_month, MONTH)
CLUSTER BY store_id, customer_id
OPTIONS (require_partition_filter = TRUE);

CREATE TABLE `dwh.core.fact_stock`
(
  day DATE NOT NULL,
  store_id INT64 NOT NULL,
  sku STRING NOT NULL,
  on_hand INT64,
  moved ARRAY<INT64>,
  PRIMARY KEY (day, store_id, sku) NOT ENFORCED
)
PARTITION BY day;

CREATE TABLE `dwh.core.fact_visit`
(
  visit_id INT64,
  at DATETIME,
  window_ RANGE<DATETIME>,
  note STRING OPTIONS(description='''it's "quoted"; twice'''),
  -- gone since v7; see DWH-118
  -- referrer STRING,
  kind STRING,
)
PARTITION BY DATETIME_TRUNC(at, HOUR);

CREATE TEMP TABLE tmp_ids (id INT64, why STRING);
CREATE TEMPORARY TABLE _SESSION.tmp_dups (id INT64, n INT64) AS SELECT id, COUNT(*) FROM tmp_ids GROUP BY id;

CREATE TABLE dwh.audit.row_counts (
  `table` STRING NOT NULL,
  `rows` INT64 NOT NULL,
  counted_at TIMESTAMP NOT NULL
) OPTIONS (labels = [("a", "b;c")]);

CREATE TABLE dwh.audit.`weird-name` (`key` STRING, `value` JSON, `数量` INT64, `hash` BYTES(16));

CREATE TABLE `dwh`.`audit`.`jobs` (
  job_id STRING,
  state STRING,
  stats STRUCT<bytes INT64, slot_ms INT64, stages ARRAY<STRUCT<name STRING, records INT64>>>,
  error STRUCT<reason STRING, message STRING>,
  started TIMESTAMP,
  ended TIMESTAMP
)
PARTITION BY DATE(started)
OPTIONS (partition_expiration_days = 90);

ALTER TABLE `dwh.audit.row_counts` ADD PRIMARY KEY (`table`, counted_at) NOT ENFORCED;
ALTER TABLE `dwh.core.fact_stock` ADD CONSTRAINT fk_stock_store FOREIGN KEY (store_id) REFERENCES `dwh.core.dim_store`(store_id) NOT ENFORCED;
ALTER TABLE `dwh.core.fact_visit` ADD COLUMN store_id INT64;
CREATE TABLE dwh.core.fact_visit_bak CLONE dwh.core.fact_visit;

CREATE TABLE dwh.core.kpi (
  kpi_id INT64 NOT NULL,
  name STRING(100) NOT NULL,
  target NUMERIC(20,5),
  formula STRING
) AS SELECT 1, 'x;y', NUMERIC '1.5', "a / b -- it's text";

CREATE SNAPSHOT TABLE dwh.audit.kpi_snap CLONE dwh.core.kpi OPTIONS (expiration_timestamp = TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL 7 DAY));

CREATE OR REPLACE FUNCTION dwh.core.net(x NUMERIC) RETURNS NUMERIC AS (x / 1.19);
CREATE OR REPLACE FUNCTION dwh.core.js(x STRING) RETURNS STRING LANGUAGE js AS r"""
  // CREATE TABLE in here is text; so is this: '
  return x.split(';')[0];
""";
GRANT `roles/bigquery.dataViewer` ON TABLE dwh.core.kpi TO "user:a@example.com";
EXECUTE IMMEDIATE "CREATE TABLE dwh.tmp.x (a INT64)";
CALL dwh.core.refresh('it''s');
