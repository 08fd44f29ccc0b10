# Pasted from the console's "copy DDL", plus what we added by hand; don't reformat
-- region: EU
CREATE SCHEMA IF NOT EXISTS `acme-prod.web`
OPTIONS (
  location = 'EU',
  description = 'events; sessions; pages',
  labels = [('team', 'web')]
);

DROP TABLE IF EXISTS `acme-prod.web.events`;

CREATE TABLE `acme-prod.web.events`
(
  event_id STRING NOT NULL OPTIONS(description="uuid, v4; lower case"),
  event_name STRING NOT NULL,
  event_ts TIMESTAMP NOT NULL OPTIONS(description='client\'s clock'),
  event_date DATE,
  local_dt DATETIME,
  day_time TIME,
  user_pseudo_id STRING(64),
  value FLOAT64,
  quantity INT64 DEFAULT 1,
  price NUMERIC(12, 2),
  revenue NUMERIC,
  precise BIGNUMERIC(38, 10),
  huge BIGNUMERIC,
  too_wide BIGNUMERIC(60, 20),
  is_conversion BOOL DEFAULT FALSE,
  raw BYTES,
  hash BYTES(32),
  place GEOGRAPHY,
  params JSON,
  took INTERVAL,
  device STRUCT<
    category STRING,
    browser STRUCT<name STRING, version STRING OPTIONS(description="as sent; e.g. '12.1'")>,
    screen STRUCT<w INT64, h INT64>
  >,
  items ARRAY<STRUCT<sku STRING NOT NULL, qty INT64, price NUMERIC(10,2), tags ARRAY<STRING>>> OPTIONS(description="cart; may be empty"),
  labels ARRAY<STRUCT<key STRING, value STRING>>,
)
PARTITION BY event_date
CLUSTER BY event_name, user_pseudo_id
OPTIONS(
  partition_expiration_days=400.0,
  require_partition_filter=true,
  description="""One row per event;
sent by the "tag manager", it's deduplicated later.
-- not a comment""",
  labels=[("team", "web"), ("pii", "no")]
);

CREATE TABLE IF NOT EXISTS `acme-prod.web.sessions` (
  session_id STRING NOT NULL,
  user_pseudo_id STRING,
  started TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP(),
  ended TIMESTAMP,
  pages INT64,
  bounce BOOL,
  source STRUCT<medium STRING, campaign STRING, term STRING>,
  PRIMARY KEY (session_id) NOT ENFORCED
)
PARTITION BY TIMESTAMP_TRUNC(started, DAY)
CLUSTER BY user_pseudo_id;

CREATE OR REPLACE TABLE `acme-prod`.web.pages (
  page_id INT64 NOT NULL,
  url STRING NOT NULL COLLATE 'und:ci',
  title STRING,
  words INT64,
  lang STRING(5) DEFAULT 'en',
  PRIMARY KEY (page_id) NOT ENFORCED
)
DEFAULT COLLATE 'und:ci'
OPTIONS (friendly_name = r'pages \ titles');

CREATE TABLE acme-prod.web.page_views (
  view_id INT64 NOT NULL,
  page_id INT64 NOT NULL,
  session_id STRING,
  at DATETIME NOT NULL,
  seconds NUMERIC(8,3),
  FOREIGN KEY (page_id) REFERENCES `acme-prod.web.pages` (page_id) NOT ENFORCED,
  CONSTRAINT fk_view_session FOREIGN KEY (session_id) REFERENCES `acme-prod.web.sessions`(session_id) NOT ENFORCED,
  PRIMARY KEY (view_id) NOT ENFORCED
)
PARTITION BY RANGE_BUCKET(page_id, GENERATE_ARRAY(0, 1000000, 1000));

CREATE TABLE web.ingest_log (
  file STRING,
  lines INT64,
  ok BOOL
)
PARTITION BY _PARTITIONDATE
OPTIONS (expiration_timestamp = TIMESTAMP '2030-01-01 00:00:00 UTC');

CREATE TABLE web.page_views_copy LIKE web.ingest_log;

CREATE EXTERNAL TABLE web.ext_partners (
  partner_id INT64,
  name STRING,
  share NUMERIC(5,4)
)
WITH PARTITION COLUMNS (
  dt DATE,
  country STRING
)
OPTIONS (
  format = 'PARQUET',
  uris = ['gs://acme-lake/partners/*'],
  hive_partition_uri_prefix = 'gs://acme-lake/partners',
  require_hive_partition_filter = false
);

CREATE EXTERNAL TABLE `acme-prod.web.ext_csv`
(
  `group` STRING,
  `select` INT64,
  `Straße` STRING,
  `order` DECIMAL(18, 4),
  `first name` STRING
)
OPTIONS (format='CSV', uris=['gs://acme-lake/x;y/*.csv'], field_delimiter=';', quote='"', skip_leading_rows=1);

CREATE OR REPLACE VIEW web.v_today AS (
  SELECT * FROM web.events WHERE event_date = CURRENT_DATE() AND event_name != 'x;y'
);

CREATE MATERIALIZED VIEW web.mv_daily PARTITION BY event_date AS
SELECT event_date, COUNT(*) AS n FROM web.events GROUP BY event_date;

CREATE SEARCH INDEX ix_events ON web.events (ALL COLUMNS);
CREATE ROW ACCESS POLICY only_de ON web.sessions GRANT TO ('group:de@example.com') FILTER USING (user_pseudo_id LIKE 'de;%');

ALTER TABLE web.sessions ADD COLUMN IF NOT EXISTS consent STRUCT<ads BOOL, stats BOOL>, ADD COLUMN app_version STRING(20) OPTIONS(description="semver; 'dev' too");
ALTER TABLE web.page_views SET OPTIONS (description = 'views; not hits');
ALTER TABLE web.sessions ALTER COLUMN bounce SET DEFAULT FALSE;

INSERT INTO web.pages (page_id, url) VALUES (1, '/a;b'), (2, "/it's");
