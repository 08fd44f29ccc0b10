\set ON_ERROR_STOP on
\echo 'creating; please wait'
-- vsql -f ddl.sql ; projections follow each table
CREATE SCHEMA IF NOT EXISTS store DEFAULT INCLUDE SCHEMA PRIVILEGES;
SET SEARCH_PATH TO store, public;
CREATE SEQUENCE store.seq_ticket CACHE 100;

DROP TABLE IF EXISTS store.customer CASCADE;

CREATE TABLE IF NOT EXISTS store.customer
(
    customer_key  IDENTITY(1,1,1000),
    customer_id   VARCHAR(36) NOT NULL ENCODING AUTO,
    name          VARCHAR(256) ENCODING ZSTD_COMP ACCESSRANK 10,
    gender        CHAR(1) ENCODING RLE,
    birth         DATE ENCODING DELTAVAL,
    income        NUMERIC(14,2) ENCODING BLOCK_DICT,
    bare          NUMERIC,
    score         FLOAT,
    dbl           DOUBLE PRECISION,
    flag          BOOLEAN DEFAULT false,
    tiny          TINYINT,
    small         SMALLINT,
    i             INTEGER,
    i8            INT8,
    big           BIGINT,
    pay           MONEY,
    created       TIMESTAMP DEFAULT now(),
    created_tz    TIMESTAMPTZ(3),
    created_w     TIMESTAMP WITH TIME ZONE,
    created_dt    DATETIME,
    created_sd    SMALLDATETIME,
    at            TIME,
    took          INTERVAL DAY TO SECOND,
    uid           UUID,
    notes         LONG VARCHAR(1000000),
    scan          LONG VARBINARY(32000000),
    hash          BINARY(16),
    raw_          VARBINARY(500),
    bytes_        BYTEA,
    shape         GEOMETRY(10000),
    place         GEOGRAPHY,
    CONSTRAINT pk_customer PRIMARY KEY (customer_key) ENABLED,
    CONSTRAINT uq_customer UNIQUE (customer_id) DISABLED,
    CONSTRAINT ck_income CHECK (income >= 0 AND name <> ';') ENABLED
)
ORDER BY customer_id, created
SEGMENTED BY hash(customer_id) ALL NODES KSAFE 1;

CREATE TABLE store.sales
(
    sale_id     INT NOT NULL,
    customer_id VARCHAR(36) NOT NULL,
    store_id    INT,
    sold_at     TIMESTAMP NOT NULL,
    sold_day    DATE DEFAULT (sold_at::DATE) NOT NULL,
    qty         INT DEFAULT 1 CHECK (qty > 0),
    amount      NUMERIC(18,4) ENCODING GCDDELTA,
    cust_name   VARCHAR(256) SET USING (SELECT name FROM store.customer c WHERE c.customer_id = sales.customer_id),
    note        VARCHAR(65000) DEFAULT 'n/a; none',
    CONSTRAINT pk_sales PRIMARY KEY (sale_id) DISABLED,
    FOREIGN KEY (store_id) REFERENCES store.stores (store_id)
)
ORDER BY sold_day, store_id
SEGMENTED BY hash(sale_id) ALL NODES OFFSET 0 KSAFE 1
PARTITION BY (sold_day) GROUP BY (CALENDAR_HIERARCHY_DAY(sold_day, 2, 2)) SET ACTIVEPARTITIONCOUNT 2;

CREATE PROJECTION store.sales_p1 (sale_id ENCODING DELTAVAL, store_id ENCODING RLE, amount)
AS SELECT sale_id, store_id, amount FROM store.sales ORDER BY store_id SEGMENTED BY hash(store_id) ALL NODES KSAFE 1;

CREATE TABLE store.stores
(
    store_id INT PRIMARY KEY,
    code     CHAR(8) NOT NULL UNIQUE,
    city     VARCHAR(80),
    opened   DATE
)
UNSEGMENTED ALL NODES INCLUDE SCHEMA PRIVILEGES;

CREATE LOCAL TEMPORARY TABLE tmp_ids (id INT, why VARCHAR(100)) ON COMMIT PRESERVE ROWS NO PROJECTION;
CREATE GLOBAL TEMP TABLE store.gt_day (day DATE, n INT, s NUMERIC(20,2)) ON COMMIT DELETE ROWS ORDER BY day UNSEGMENTED ALL NODES;

CREATE EXTERNAL TABLE store.ext_clicks
(
    click_id INT,
    url      VARCHAR(2000),
    tags     ARRAY[VARCHAR(50)],
    geo      ROW(lat FLOAT, lon FLOAT),
    day      DATE
) AS COPY FROM 's3://acme/clicks/*/*.parquet' PARTITION COLUMNS day PARQUET;

CREATE TABLE store.nested (
    id INT,
    phones ARRAY[VARCHAR(20)],
    scores ARRAY[INT, 100],
    lines ARRAY[ROW(sku VARCHAR(40), qty INT, price NUMERIC(10,2))]
);

CREATE TABLE public."Odd Names"
(
    "order"     INT,
    "to date"   DATE,
    "größe"     FLOAT,
    "say ""x""" VARCHAR(10),
    "数"        INT
);

CREATE TABLE store.tickets (
    ticket_id INT DEFAULT NEXTVAL('store.seq_ticket'),
    opened    TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    closed    TIMESTAMPTZ,
    body      LONG VARCHAR,
    open_     BOOLEAN DEFAULT (closed IS NULL)
) ORDER BY opened SEGMENTED BY hash(ticket_id) ALL NODES PARTITION BY EXTRACT(YEAR FROM opened);

CREATE TABLE store.tickets_old LIKE store.nested INCLUDING PROJECTIONS;
CREATE TABLE store.audit (id AUTO_INCREMENT, who VARCHAR(64) DEFAULT current_user(), at TIMESTAMP) ;

CREATE TABLE store.dup_check (
  a CHARACTER VARYING(20) ENCODING RLE,
  b CHARACTER(4),
  c DECIMAL(10,3),
  d INT NULL,
  e REAL
) SEGMENTED BY MODULARHASH(a) ALL NODES;

ALTER TABLE store.tickets ADD CONSTRAINT pk_tickets PRIMARY KEY (ticket_id) ENABLED;
ALTER TABLE store.sales ADD CONSTRAINT fk_sales_customer FOREIGN KEY (customer_id) REFERENCES store.customer (customer_id);
ALTER TABLE store.stores ADD COLUMN area NUMERIC(8,1) ENCODING RLE;
ALTER TABLE store.stores ALTER COLUMN city SET NOT NULL;
COMMENT ON TABLE store.stores IS 'shops; not warehouses';
COMMENT ON COLUMN store.sales_p1.amount IS 'a projection''s column';
COPY store.stores FROM LOCAL 'stores.csv' DELIMITER ';' ENCLOSED BY '"' ABORT ON ERROR;
SELECT ANALYZE_STATISTICS('store.sales');
SELECT MARK_DESIGN_KSAFE(1);
GRANT SELECT ON store.sales TO analyst;
