-- bronze: what autoloader writes; columns with an underscore are ours
CREATE TABLE IF NOT EXISTS `main`.`bronze`.`orders_raw` (
  `id` STRING,
  `doc` STRING,
  `_metadata` STRUCT<file_path: STRING, file_name: STRING, file_size: BIGINT, file_modification_time: TIMESTAMP>,
  `_rescued_data` STRING,
  `_ingested_at` TIMESTAMP DEFAULT current_timestamp() COMMENT 'ours; not the sender''s'
) USING DELTA TBLPROPERTIES ('delta.feature.allowColumnDefaults' = 'supported');

CREATE TABLE main.bronze.iceberg_in (
  id BIGINT NOT NULL,
  at TIMESTAMP,
  v DECIMAL(20,6)
) USING ICEBERG CLUSTER BY (id);

CREATE TABLE main.bronze.dlq (
  topic STRING NOT NULL,
  partition INT NOT NULL,
  offset BIGINT NOT NULL,
  headers ARRAY<STRUCT<key: STRING, value: BINARY>>,
  error STRING,
  PRIMARY KEY (topic, partition, offset) NOT ENFORCED
) DEFAULT COLLATION UTF8_BINARY COMMENT 'dead letters; keep 30 days';

