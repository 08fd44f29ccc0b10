-- What browsers report: one row per event, nested as it arrives, one partition per day.

CREATE TABLE IF NOT EXISTS web_events (
    event_id        STRING         NOT NULL COMMENT 'UUID given by the browser',
    occurred_at     TIMESTAMP      NOT NULL COMMENT 'When it happened, not when it arrived',
    event_type      STRING         COMMENT 'page_view, click, search, add_to_cart, purchase',
    user_id         BIGINT         COMMENT 'Null for visitors who are not signed in',
    duration_ms     INT            COMMENT 'Time until the next event of the same page',
    page            STRUCT<path:STRING, title:STRING COMMENT 'As shown in the tab', referrer:STRING> COMMENT 'Where it happened',
    client          STRUCT<ip:STRING, country:STRING COMMENT 'ISO 3166, two letters', languages:ARRAY<STRING>> COMMENT 'Who asked',
    device          STRUCT<
                        user_agent:STRING,
                        pixel_ratio:DOUBLE,
                        viewport:STRUCT<width:INT, height:INT>
                    > COMMENT 'What the browser runs on',
    products        ARRAY<STRUCT<product_id:INT, position:SMALLINT, bid_usd:DECIMAL(8,4), badges:ARRAY<STRING>>>
                                   COMMENT 'Products on the screen at that moment, and what each place there cost',
    scroll_depths   ARRAY<FLOAT>   COMMENT 'Shares of the page height',
    timings_ms      MAP<STRING, INT> COMMENT 'Phase of loading -> milliseconds',
    query           MAP<STRING, ARRAY<STRING>> COMMENT 'Parameters of the URL, each with all its values',
    is_bot          BOOLEAN        COMMENT 'What the bot filter thinks'
)
COMMENT 'Clickstream of the shop'
PARTITIONED BY (event_date DATE COMMENT 'Day of occurred_at, UTC')
STORED AS PARQUET
TBLPROPERTIES ('parquet.compression' = 'ZSTD');
