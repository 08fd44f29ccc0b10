-- 01_raw.sql : the raw layer. Idempotent; run it as often as you like.
USE ROLE SYSADMIN;
USE WAREHOUSE LOAD_WH;
CREATE DATABASE IF NOT EXISTS RAW DATA_RETENTION_TIME_IN_DAYS = 1 COMMENT = 'as it came; don''t touch';
CREATE SCHEMA IF NOT EXISTS RAW.SHOP WITH MANAGED ACCESS;
USE SCHEMA RAW.SHOP;

CREATE OR REPLACE FILE FORMAT RAW.SHOP.CSV_SEMI
  TYPE = CSV
  FIELD_DELIMITER = ';'
  FIELD_OPTIONALLY_ENCLOSED_BY = '"'
  ESCAPE_UNENCLOSED_FIELD = '\\'
  NULL_IF = ('', 'NULL', '\\N')
  SKIP_HEADER = 1;

CREATE STAGE IF NOT EXISTS RAW.SHOP.LAKE
  URL = 's3://acme-lake/shop/'
  STORAGE_INTEGRATION = S3_INT
  FILE_FORMAT = (FORMAT_NAME = 'RAW.SHOP.CSV_SEMI')
  COMMENT = 'daily drops; 02:00';

create or replace transient table raw.shop.orders_json (
    v               variant      comment 'the whole document; nothing left out',
    src_file        varchar(500) not null,
    src_row         number(10)   not null,
    loaded_at       timestamp_ltz(9) default current_timestamp() not null
)
data_retention_time_in_days = 0
change_tracking = true
comment = 'one row per document; see "orders_flat"';

create or replace transient table raw.shop.customers_csv
(
    CUSTOMER_ID         NUMBER,
    FIRST_NAME          VARCHAR,
    LAST_NAME           STRING,
    EMAIL               TEXT,
    PHONE               CHAR(20),
    INITIAL             CHAR,
    CREDIT_LIMIT        DECIMAL(12,2),
    BALANCE             NUMERIC,
    SCORE               FLOAT,
    SCORE_V2            DOUBLE PRECISION,
    SCORE_V3            REAL,
    IS_VIP              BOOLEAN DEFAULT FALSE,
    BORN                DATE,
    CALL_AT             TIME,
    CREATED             TIMESTAMP,
    CREATED_TZ          TIMESTAMP_TZ,
    CREATED_NTZ         TIMESTAMP_NTZ(3),
    CREATED_DT          DATETIME,
    AVATAR              BINARY,
    CHECKSUM            BINARY(32),
    TAGS                ARRAY,
    PREFS               OBJECT,
    EXTRA               VARIANT,
    HOME                GEOGRAPHY,
    FLOORPLAN           GEOMETRY
    -- LEGACY_ID        NUMBER
)
STAGE_FILE_FORMAT = (FORMAT_NAME = 'RAW.SHOP.CSV_SEMI')
STAGE_COPY_OPTIONS = (ON_ERROR = CONTINUE, PURGE = FALSE)
;

COPY INTO raw.shop.customers_csv FROM @RAW.SHOP.LAKE/customers/
  PATTERN = '.*customers[0-9]+\\.csv;?'
  ON_ERROR = 'SKIP_FILE_5%';

CREATE OR REPLACE PIPE RAW.SHOP.ORDERS_PIPE AUTO_INGEST = TRUE AS
COPY INTO RAW.SHOP.ORDERS_JSON FROM (SELECT $1, METADATA$FILENAME, METADATA$FILE_ROW_NUMBER, CURRENT_TIMESTAMP() FROM @RAW.SHOP.LAKE/orders/);

CREATE OR REPLACE EXTERNAL TABLE RAW.SHOP.EXT_EVENTS (
    EVENT_DATE DATE AS (TO_DATE(SPLIT_PART(METADATA$FILENAME, '/', 3), 'YYYY-MM-DD')),
    EVENT_ID   VARCHAR(36) AS (VALUE:"eventId"::VARCHAR),
    USER_ID    NUMBER(18,0) AS (VALUE:user.id::NUMBER),
    AMOUNT     NUMBER(12,2) AS (VALUE:amount::NUMBER(12,2)),
    HAPPENED   TIMESTAMP_NTZ AS (VALUE:ts::TIMESTAMP_NTZ)
)
PARTITION BY (EVENT_DATE)
LOCATION = @RAW.SHOP.LAKE/events/
AUTO_REFRESH = TRUE
FILE_FORMAT = (TYPE = PARQUET);

CREATE TEMPORARY TABLE "Load Errors" (
    "Row No"        INTEGER,
    "Error ""text"""  VARCHAR(2000),
    "file"          VARCHAR COLLATE 'en-ci',
    "ORDER"         BIGINT,
    "größe"         SMALLINT,
    "顧客"           TINYINT
);

CREATE TABLE IF NOT EXISTS RAW.SHOP.CUSTOMERS_REJECTED LIKE RAW.SHOP.CUSTOMERS_CSV;

CREATE OR REPLACE PROCEDURE RAW.SHOP.PURGE(days FLOAT)
RETURNS STRING
LANGUAGE JAVASCRIPT
AS
$$
  // semicolons, quotes and even CREATE TABLE x (a int); in here are none of our business
  var s = "DELETE FROM RAW.SHOP.ORDERS_JSON WHERE loaded_at < dateadd(day, -" + DAYS + ", current_date)";
  snowflake.execute({sqlText: s});
  return 'it''s done';
$$;

CREATE TASK IF NOT EXISTS RAW.SHOP.PURGE_DAILY WAREHOUSE = LOAD_WH SCHEDULE = 'USING CRON 0 3 * * * UTC' AS CALL RAW.SHOP.PURGE(30);
ALTER TASK RAW.SHOP.PURGE_DAILY RESUME;

// a comment of the other kind; they're allowed as well
CREATE OR REPLACE ICEBERG TABLE RAW.SHOP.ICE_VISITS (
    visit_id   STRING NOT NULL,
    visitor    STRING,
    pages      INT,
    seconds    DOUBLE,
    started_at TIMESTAMP_NTZ(6),
    geo        OBJECT(lat DOUBLE, lon DOUBLE, city STRING),
    urls       ARRAY(STRING),
    flags      MAP(STRING, BOOLEAN)
)
CATALOG = 'SNOWFLAKE'
EXTERNAL_VOLUME = 'lake_vol'
BASE_LOCATION = 'ice_visits';

GRANT SELECT ON ALL TABLES IN SCHEMA RAW.SHOP TO ROLE ANALYST;
GRANT SELECT ON FUTURE TABLES IN SCHEMA RAW.SHOP TO ROLE ANALYST;
