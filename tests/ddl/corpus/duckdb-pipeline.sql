/* pipeline.sql: bronze -> silver; every table replaced on each run */
BEGIN;
CREATE OR REPLACE TABLE bronze_readings (
    station     VARCHAR,
    "time"      TIMESTAMP,
    value       DOUBLE,
    quality     UTINYINT,
    -- raw      JSON,
    file        VARCHAR      -- where it came from; relative
);
CREATE OR REPLACE TABLE bronze_stations (station VARCHAR, name VARCHAR, lat DOUBLE);
INSERT INTO bronze_stations SELECT * FROM (VALUES ('S1', 'North; hill', 50.1::DOUBLE)) AS t(station, name, lat);
CREATE TABLE silver_readings (
    station VARCHAR NOT NULL,
    day DATE NOT NULL,
    stats STRUCT(min DOUBLE, max DOUBLE, avg DOUBLE, n BIGINT) NOT NULL,
    hourly DOUBLE[24],
    flags BIT,
    CONSTRAINT pk_silver PRIMARY KEY (station, day),
    CONSTRAINT sane CHECK (stats.min <= stats.max)
);
CREATE TABLE IF NOT EXISTS silver_gaps (
    station VARCHAR,
    from_ts TIMESTAMPTZ,
    to_ts TIMESTAMPTZ,
    gap INTERVAL GENERATED ALWAYS AS (to_ts - from_ts),
    reason VARCHAR CHECK (reason IN ('power', 'radio;link', 'unknown')),
    severity INTEGER CHECK (severity BETWEEN 1 AND 5)
);
CREATE TABLE gold_monthly (
    station VARCHAR, month DATE, mean DECIMAL(12,4), p95 DECIMAL, n UINTEGER,
    UNIQUE (station, month)
);
CREATE TEMPORARY TABLE scratch (k HUGEINT, v VARCHAR[][], w STRUCT(a INTEGER, b STRUCT(c VARCHAR)[])[]);
CREATE TABLE main.audit (id INTEGER NOT NULL, who VARCHAR DEFAULT current_user, what VARCHAR, "at" TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE lookup_codes (code CHARACTER VARYING(8), label VARCHAR, "desc" VARCHAR, ok LOGICAL);
CREATE TABLE wide_text (id INT, body TEXT, html VARCHAR DEFAULT $$<p class="x">;</p>$$, lang CHAR);
COMMIT;
VACUUM ANALYZE;
