-- A retail warehouse on Amazon Redshift: who buys, what, where, and how it travels.
-- Small tables stand on every node; facts lie with the key that joins them most.

CREATE SCHEMA IF NOT EXISTS retail;

-- ---------------------------------------------------------------------------------------------- dimensions

CREATE TABLE IF NOT EXISTS retail.stores (
    store_id        INTEGER        NOT NULL ENCODE RAW,
    store_code      CHAR(6)        NOT NULL ENCODE LZO,
    store_name      VARCHAR(80)    NOT NULL ENCODE ZSTD,
    format          VARCHAR(12)    NOT NULL DEFAULT 'street' ENCODE BYTEDICT,
    street          VARCHAR(100)   ENCODE ZSTD,
    city            VARCHAR(60)    NOT NULL ENCODE TEXT255,
    state_code      CHAR(2)        NOT NULL ENCODE BYTEDICT,
    postal_code     CHAR(5)        NOT NULL ENCODE ZSTD,
    latitude        DOUBLE PRECISION ENCODE RAW,
    longitude       DOUBLE PRECISION ENCODE RAW,
    floor_area_sqm  REAL           ENCODE ZSTD,
    checkouts       SMALLINT       NOT NULL DEFAULT 4 ENCODE MOSTLY8,
    manager_name    VARCHAR(80)    ENCODE ZSTD,
    opened_on       DATE           NOT NULL ENCODE AZ64,
    is_open         BOOLEAN        NOT NULL DEFAULT TRUE ENCODE RUNLENGTH,
    updated_at      TIMESTAMPTZ    NOT NULL DEFAULT SYSDATE ENCODE AZ64,
    PRIMARY KEY (store_id),
    UNIQUE (store_code)
)
DISTSTYLE ALL
SORTKEY (store_id);

CREATE TABLE IF NOT EXISTS retail.products (
    product_id      INTEGER        NOT NULL PRIMARY KEY ENCODE DELTA,
    sku             VARCHAR(20)    NOT NULL UNIQUE ENCODE LZO,
    product_name    VARCHAR(120)   NOT NULL ENCODE ZSTD,
    category        VARCHAR(20)    NOT NULL ENCODE RAW,
    subcategory     VARCHAR(24)    NOT NULL ENCODE BYTEDICT,
    brand           VARCHAR(40)    ENCODE TEXT255,
    list_price      NUMERIC(10,2)  NOT NULL ENCODE AZ64,
    unit_cost       NUMERIC(10,2)  NOT NULL ENCODE MOSTLY32,
    weight_kg       REAL           ENCODE ZSTD,
    rating          DOUBLE PRECISION ENCODE ZSTD,
    description     VARCHAR(400)   ENCODE TEXT32K,
    launched_on     DATE           NOT NULL ENCODE DELTA32K,
    is_active       BOOLEAN        NOT NULL DEFAULT TRUE ENCODE ZSTD,
    updated_at      TIMESTAMPTZ    NOT NULL DEFAULT SYSDATE ENCODE AZ64
)
DISTSTYLE ALL
COMPOUND SORTKEY (category, product_id);

CREATE TABLE IF NOT EXISTS retail.customers (
    customer_id     BIGINT         IDENTITY(1,1) NOT NULL ENCODE RAW DISTKEY SORTKEY,
    email           VARCHAR(120)   NOT NULL ENCODE ZSTD,
    first_name      VARCHAR(40)    NOT NULL ENCODE LZO,
    last_name       VARCHAR(40)    NOT NULL ENCODE LZO,
    phone           VARCHAR(20)    ENCODE ZSTD,
    street          VARCHAR(100)   ENCODE ZSTD,
    city            VARCHAR(60)    NOT NULL ENCODE TEXT255,
    state_code      CHAR(2)        NOT NULL ENCODE BYTEDICT,
    postal_code     CHAR(5)        NOT NULL ENCODE ZSTD,
    birth_date      DATE           ENCODE AZ64,
    loyalty_points  INTEGER        NOT NULL DEFAULT 0 ENCODE MOSTLY16,
    loyalty_tier    VARCHAR(10)    NOT NULL DEFAULT 'basic' ENCODE BYTEDICT,
    marketing_opt_in BOOLEAN       NOT NULL DEFAULT FALSE ENCODE ZSTD,
    referred_by     BIGINT         ENCODE AZ64,
    created_at      TIMESTAMP      NOT NULL DEFAULT GETDATE() ENCODE AZ64,
    last_login_at   TIMESTAMPTZ    ENCODE AZ64,
    CONSTRAINT customers_pkey PRIMARY KEY (customer_id),
    CONSTRAINT customers_email_key UNIQUE (email),
    CONSTRAINT customers_referred_by_fkey FOREIGN KEY (referred_by) REFERENCES retail.customers (customer_id)
)
DISTSTYLE KEY;

-- --------------------------------------------------------------------------------------------------- facts

CREATE TABLE IF NOT EXISTS retail.orders (
    order_id        BIGINT         NOT NULL ENCODE AZ64,
    customer_id     BIGINT         NOT NULL ENCODE AZ64 DISTKEY REFERENCES retail.customers (customer_id),
    store_id        INTEGER        ENCODE AZ64 REFERENCES retail.stores (store_id),
    ordered_at      TIMESTAMP      NOT NULL DEFAULT GETDATE() ENCODE RAW SORTKEY,
    channel         VARCHAR(12)    NOT NULL DEFAULT 'web' ENCODE BYTEDICT,
    status          VARCHAR(20)    NOT NULL DEFAULT 'open' ENCODE BYTEDICT,
    payment_method  VARCHAR(16)    NOT NULL ENCODE BYTEDICT,
    shipping_fee    NUMERIC(8,2)   NOT NULL DEFAULT 0.00 ENCODE AZ64,
    promo_code      VARCHAR(16)    ENCODE ZSTD,
    is_gift         BOOLEAN        NOT NULL DEFAULT FALSE ENCODE ZSTD,
    PRIMARY KEY (order_id)
);

CREATE TABLE IF NOT EXISTS retail.order_lines (
    order_id        BIGINT         NOT NULL ENCODE DELTA,
    line_number     SMALLINT       NOT NULL ENCODE AZ64,
    product_id      INTEGER        NOT NULL ENCODE AZ64,
    ordered_on      DATE           NOT NULL ENCODE AZ64,
    quantity        SMALLINT       NOT NULL DEFAULT 1 ENCODE MOSTLY8,
    unit_price      NUMERIC(10,2)  NOT NULL ENCODE AZ64,
    discount_rate   NUMERIC(4,3)   NOT NULL DEFAULT 0 ENCODE AZ64,
    line_total      NUMERIC(14,2)  NOT NULL ENCODE AZ64,
    is_gift_wrapped BOOLEAN        NOT NULL DEFAULT FALSE ENCODE RUNLENGTH,
    note            VARCHAR(200)   ENCODE ZSTD,
    CONSTRAINT order_lines_pkey PRIMARY KEY (order_id, line_number),
    CONSTRAINT order_lines_order_fkey FOREIGN KEY (order_id) REFERENCES retail.orders (order_id),
    CONSTRAINT order_lines_product_fkey FOREIGN KEY (product_id) REFERENCES retail.products (product_id)
)
DISTSTYLE KEY
DISTKEY (order_id)
COMPOUND SORTKEY (order_id, line_number);

CREATE TABLE IF NOT EXISTS retail.shipments (
    shipment_id     BIGINT         IDENTITY(1,1) NOT NULL ENCODE AZ64,
    order_id        BIGINT         NOT NULL ENCODE AZ64,
    line_number     SMALLINT       NOT NULL ENCODE AZ64,
    origin_store_id INTEGER        ENCODE AZ64,
    tracking_number CHAR(13)       NOT NULL ENCODE ZSTD,
    carrier         VARCHAR(16)    NOT NULL ENCODE BYTEDICT,
    service_level   VARCHAR(16)    NOT NULL DEFAULT 'ground' ENCODE BYTEDICT,
    shipped_on      DATE           NOT NULL ENCODE RAW,
    packed_at       TIMESTAMPTZ    NOT NULL ENCODE AZ64,
    promised_on     DATE           NOT NULL ENCODE AZ64,
    delivered_on    DATE           ENCODE AZ64,
    status          VARCHAR(16)    NOT NULL DEFAULT 'in_transit' ENCODE BYTEDICT,
    weight_kg       REAL           NOT NULL ENCODE ZSTD,
    freight_cost    NUMERIC(8,2)   NOT NULL ENCODE AZ64,
    PRIMARY KEY (shipment_id),
    UNIQUE (tracking_number),
    FOREIGN KEY (order_id, line_number) REFERENCES retail.order_lines (order_id, line_number),
    FOREIGN KEY (origin_store_id) REFERENCES retail.stores (store_id)
)
DISTSTYLE KEY
DISTKEY (order_id)
INTERLEAVED SORTKEY (shipped_on, carrier, order_id);

-- ------------------------------------------------------------------------------------------------ comments

COMMENT ON TABLE retail.stores IS 'Every shop, one row each; small, so it lies on all nodes';
COMMENT ON COLUMN retail.stores.store_code IS 'What the staff call it: ST and four digits';
COMMENT ON COLUMN retail.stores.floor_area_sqm IS 'Sales floor in square metres';

COMMENT ON TABLE retail.products IS 'The catalogue';
COMMENT ON COLUMN retail.products.list_price IS 'Price before any discount, in US dollars';
COMMENT ON COLUMN retail.products.rating IS 'Mean of the reviews, 1 to 5; null until the first review';

COMMENT ON TABLE retail.customers IS 'People who have an account';
COMMENT ON COLUMN retail.customers.referred_by IS 'The customer who brought this one; null for most';
COMMENT ON COLUMN retail.customers.loyalty_tier IS 'basic, silver, gold or platinum: follows from the points';

COMMENT ON TABLE retail.orders IS 'One row per order, from every channel';
COMMENT ON COLUMN retail.orders.store_id IS 'The shop of an order made at its till; null for web, mobile and phone';
COMMENT ON COLUMN retail.orders.promo_code IS 'Code typed at checkout; the customer''s own choice of case is kept';

COMMENT ON TABLE retail.order_lines IS 'What an order consists of';
COMMENT ON COLUMN retail.order_lines.line_number IS 'Position in its order, from 1';
COMMENT ON COLUMN retail.order_lines.line_total IS 'quantity * unit_price less the discount';

COMMENT ON TABLE retail.shipments IS 'Parcels: each carries one line of an order';
COMMENT ON COLUMN retail.shipments.origin_store_id IS 'The shop it was sent from; null for the central warehouse';
COMMENT ON COLUMN retail.shipments.delivered_on IS 'Null while it travels, or when it was lost';
