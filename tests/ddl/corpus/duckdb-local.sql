-- duckdb shop.db < local.sql
INSTALL json; LOAD json;
PRAGMA enable_progress_bar;
SET memory_limit = '4GB';
ATTACH 'archive.db' AS archive (READ_ONLY);
CREATE SCHEMA IF NOT EXISTS shop;
USE memory.shop;

CREATE TYPE shop.status AS ENUM ('new', 'paid; partly', 'shipped', 'can''t ship');
CREATE TYPE money_eur AS DECIMAL(14, 2);
CREATE TYPE address AS STRUCT(street VARCHAR, zip VARCHAR, geo STRUCT(lat DOUBLE, lon DOUBLE));
CREATE SEQUENCE shop.seq_order START 1000 INCREMENT BY 1;

DROP TABLE IF EXISTS shop.orders CASCADE;

CREATE OR REPLACE TABLE shop.customers (
  customer_id INTEGER PRIMARY KEY,
  email VARCHAR UNIQUE NOT NULL,
  name VARCHAR(80),
  nick TEXT COLLATE NOCASE,
  initials CHAR(3),
  tax_id BIGINT CHECK (tax_id > 0),
  home address,
  phones VARCHAR[],
  scores INTEGER[3],
  matrix DOUBLE[][],
  prefs MAP(VARCHAR, BOOLEAN),
  meta JSON,
  photo BLOB,
  created TIMESTAMPTZ DEFAULT now(),
  since DATE DEFAULT current_date,
  alarm TIME,
  pause INTERVAL,
  uid UUID DEFAULT uuid(),
);

CREATE TABLE shop.orders (
  order_id BIGINT DEFAULT nextval('shop.seq_order') PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES shop.customers (customer_id),
  status shop.status DEFAULT 'new',
  prio ENUM('low', 'high;est'),
  net money_eur NOT NULL,
  vat DECIMAL(4,3) DEFAULT 0.19,
  bare DECIMAL,
  gross DECIMAL(18,5) AS (net * (1 + vat)),
  year_ INTEGER GENERATED ALWAYS AS (year(placed)) VIRTUAL,
  twice AS (order_id * 2),
  placed TIMESTAMP NOT NULL,
  placed_s TIMESTAMP_S,
  placed_ms TIMESTAMP_MS,
  placed_ns TIMESTAMP_NS,
  shipped TIMESTAMP WITH TIME ZONE,
  lines STRUCT(sku VARCHAR, qty INTEGER, net DECIMAL(10,2))[],
  note VARCHAR DEFAULT 'it''s; fine',
  CHECK (net >= 0 AND note <> ';'),
);

CREATE TABLE shop.numbers (
  a TINYINT, b SMALLINT, c INTEGER, d BIGINT, e HUGEINT,
  ua UTINYINT, ub USMALLINT, uc UINTEGER, ud UBIGINT, ue UHUGEINT,
  f FLOAT, g REAL, h DOUBLE, i DECIMAL(38,10), j NUMERIC(5), k BIT, l BOOLEAN, m BOOL,
  n INT1, o INT2, p INT4, q INT8, r FLOAT4, s FLOAT8,
  t UNION(num INTEGER, str VARCHAR),
  u BYTEA, v VARBINARY, w STRING, x BPCHAR, y DATETIME
);

CREATE TEMP TABLE "Staging Lines" (
  "Line No" INTEGER,
  "text ""raw""" VARCHAR,
  "größe" FLOAT,
  "列" VARCHAR,
  "order" INTEGER,
  "group" INTEGER,
  "a.b" STRUCT("x y" INTEGER, "select" VARCHAR)
);

CREATE TABLE IF NOT EXISTS shop.order_events (
  order_id BIGINT,
  seq INTEGER,
  kind shop.status,
  "at" TIMESTAMP,
  by_whom VARCHAR USING COMPRESSION zstd,
  payload MAP(VARCHAR, STRUCT(old VARCHAR, new VARCHAR)),
  history STRUCT("at" TIMESTAMP, was shop.status)[],
  PRIMARY KEY (order_id, seq),
  FOREIGN KEY (order_id) REFERENCES shop.orders (order_id)
);

ALTER TABLE shop.order_events ADD COLUMN source VARCHAR DEFAULT 'web;app';
ALTER TABLE shop.order_events ALTER COLUMN "at" SET NOT NULL;
ALTER TABLE shop.orders ADD COLUMN IF NOT EXISTS channel UTINYINT;

COMMENT ON TABLE shop.orders IS 'orders; not carts';
COMMENT ON COLUMN shop.orders.net IS 'without "vat"';
CREATE INDEX ix_orders_customer ON shop.orders (customer_id);
CREATE UNIQUE INDEX ux_events ON shop.order_events (order_id, "at");
CREATE VIEW shop.v_open AS SELECT * FROM shop.orders WHERE status <> 'paid; partly';
CREATE MACRO shop.net(x) AS x / 1.19;
CREATE MACRO shop.lines(t) AS TABLE SELECT unnest(lines) FROM shop.orders;
INSERT INTO shop.customers (customer_id, email) VALUES (1, 'a@b;c'), (2, 'o''hara@example.com');
COPY shop.customers FROM 'customers.csv' (DELIMITER ';', QUOTE '"', HEADER);
EXPORT DATABASE 'dump' (FORMAT parquet);
