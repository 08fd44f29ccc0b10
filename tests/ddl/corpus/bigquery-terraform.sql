CREATE TABLE IF NOT EXISTS ml.features (
  entity_id STRING NOT NULL,
  feature_ts TIMESTAMP NOT NULL,
  f_int INT64,
  f_float FLOAT64,
  f_vec ARRAY<FLOAT64>,
  f_map ARRAY<STRUCT<k STRING, v FLOAT64>>,
  f_deep STRUCT<a STRUCT<b STRUCT<c ARRAY<STRUCT<d NUMERIC(5,2), e TIMESTAMP>>>>>,
  label BOOL
)
PARTITION BY TIMESTAMP_TRUNC(feature_ts, MONTH)
CLUSTER BY entity_id
OPTIONS (description = "features; see 'ml' wiki", kms_key_name = 'projects/p/locations/eu/keyRings/r/cryptoKeys/k');

CREATE TABLE IF NOT EXISTS ml.models (
  model_id INT64 NOT NULL,
  name STRING NOT NULL DEFAULT 'unnamed; yet',
  trained_at DATETIME DEFAULT CURRENT_DATETIME('Europe/Berlin'),
  metrics JSON,
  weights BYTES,
  PRIMARY KEY (model_id) NOT ENFORCED
);

CREATE TABLE ml.predictions (
  model_id INT64 NOT NULL,
  entity_id STRING NOT NULL,
  score NUMERIC(6,5) NOT NULL,
  explained ARRAY<STRUCT<feature STRING, weight FLOAT64>>,
  made_on DATE NOT NULL,
  CONSTRAINT fk_model FOREIGN KEY (model_id) REFERENCES ml.models (model_id) NOT ENFORCED
)
PARTITION BY made_on
CLUSTER BY model_id, entity_id;

CREATE OR REPLACE EXTERNAL TABLE ml.ext_lake (
  k INT64,
  v STRING
)
WITH CONNECTION `eu.lake-conn`
OPTIONS (format = 'NEWLINE_DELIMITED_JSON', uris = ['gs://x/a.json', 'gs://x/b.json'], max_staleness = INTERVAL 1 DAY);

CREATE TABLE ml.lake_events
(
  id INT64 NOT NULL,
  body STRING,
  at TIMESTAMP
)
CLUSTER BY id
WITH CONNECTION `eu.lake-conn`
OPTIONS (file_format = 'PARQUET', table_format = 'ICEBERG', storage_uri = 'gs://lake/events');
