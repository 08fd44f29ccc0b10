/* Lake tables behind Spectrum, and the local tables that are joined with them.
   Run as: psql -v ON_ERROR_STOP=1 -f lake.sql; the role's name isn't fixed. */
\set ON_ERROR_STOP on
\timing on
CREATE EXTERNAL SCHEMA IF NOT EXISTS lake
FROM DATA CATALOG DATABASE 'acme_lake'
IAM_ROLE 'arn:aws:iam::123456789012:role/spectrum'
CREATE EXTERNAL DATABASE IF NOT EXISTS;

CREATE EXTERNAL TABLE lake.page_view (
    view_id     BIGINT,
    user_id     VARCHAR(40),
    url         VARCHAR(2000),
    seconds     INTEGER,
    seen_at     TIMESTAMP
)
PARTITIONED BY (view_date DATE, country CHAR(2))
ROW FORMAT DELIMITED
FIELDS TERMINATED BY '\t'
LINES TERMINATED BY '\n'
STORED AS TEXTFILE
LOCATION 's3://acme-lake/page_view/'
TABLE PROPERTIES ('skip.header.line.count'='1', 'numRows'='170000');

ALTER TABLE lake.page_view ADD IF NOT EXISTS
PARTITION (view_date='2024-01-01', country='DE') LOCATION 's3://acme-lake/page_view/d=2024-01-01/c=DE/';

create external table lake.account (
    id           int,
    name         struct<given:varchar(20), family:varchar(20)>,
    phones       array<varchar(20)>,
    orders       array<struct<shipdate:timestamp, price:double precision>>,
    settings     map<varchar(20), varchar(40)>
)
stored as parquet
location 's3://acme-lake/account/';

CREATE EXTERNAL TABLE lake.click (
    "click id"   BIGINT,
    target       VARCHAR(100),
    price        DECIMAL(9,3),
    ok           BOOLEAN
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
WITH SERDEPROPERTIES ('dots.in.keys' = 'true', 'mapping.target' = 'to')
STORED AS
INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 's3://acme-lake/click/';

CREATE TABLE IF NOT EXISTS mart.user_day
(
  user_id    VARCHAR(40) NOT NULL DISTKEY ENCODE zstd,
  day        DATE NOT NULL SORTKEY ENCODE raw,
  views      INT8 DEFAULT 0 NOT NULL,
  revenue    DECIMAL(18,6) DEFAULT 0.000000,
  share      FLOAT4,
  first_seen TIMESTAMP DEFAULT ('now'::text)::timestamp,
  "comment"  VARCHAR(MAX),
  PRIMARY KEY (user_id, day)
);

CREATE TABLE mart.user_day_old (LIKE mart.user_day EXCLUDING DEFAULTS);

CREATE LOCAL TEMPORARY TABLE scratch (k BIGINT, v VARBYTE(1024)) ON COMMIT PRESERVE ROWS;

-- two keys on one column, in the other order
CREATE TABLE mart.currency_rate (
  currency CHAR(3) NOT NULL ENCODE bytedict,
  rate_date DATE NOT NULL DISTKEY SORTKEY,
  rate NUMERIC(18,8) NOT NULL ENCODE az64,
  source BPCHAR(4) NULL DEFAULT NULL ENCODE lzo,
  inserted_at TIMESTAMP NULL ENCODE az64 DEFAULT getdate(),
  CONSTRAINT currency_rate_pkey PRIMARY KEY(currency, rate_date)
);

CREATE MATERIALIZED VIEW mart.user_month
DISTKEY (user_id)
AUTO REFRESH YES
AS SELECT user_id, date_trunc('month', day) AS m, sum(views) AS v FROM mart.user_day GROUP BY 1, 2;

CREATE TABLE mart.ml_score (
  score_id BIGINT GENERATED ALWAYS AS IDENTITY(1,1) ENCODE az64,
  model VARCHAR(64) NOT NULL,
  subject_id VARCHAR(40) NOT NULL,
  score DECIMAL(9,8),
  features SUPER,
  scored_at TIMESTAMPTZ NOT NULL DEFAULT SYSDATE,
  UNIQUE (model, subject_id, scored_at)
)
DISTSTYLE KEY DISTKEY(subject_id) COMPOUND SORTKEY(model, scored_at);

CREATE OR REPLACE FUNCTION mart.f_initials (s VARCHAR(100)) RETURNS VARCHAR(10) STABLE
AS $body$
  # it's python; "create table x (a int)" is only text here
  return "".join(p[0] for p in (s or "").split())
$body$ LANGUAGE plpythonu;

CREATE TABLE mart."Umsatz je Straße" (
  "Straße Nr"   VARCHAR(60) NOT NULL ENCODE zstd,
  "Umsatz (€)"  NUMERIC(12,2),
  "a,b"         INTEGER,
  "say ""hi"""  VARCHAR(5)
) DISTSTYLE ALL;

CREATE TABLE mart.feature_flag (
  flag_key varchar(50) NOT NULL, enabled bool DEFAULT 'f', rollout smallint DEFAULT 100, owner_team varchar(30),
  changed timestamp without time zone DEFAULT sysdate, PRIMARY KEY (flag_key)
) diststyle all sortkey (flag_key);
ALTER TABLE mart.feature_flag ADD COLUMN note character varying(200) DEFAULT 'n/a; none' ENCODE lzo;
GRANT SELECT, INSERT ON mart.feature_flag TO GROUP etl;
\q
