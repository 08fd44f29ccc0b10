-- Landing zone: what the feeds drop into the lake. Nothing is typed here that isn't typed at the source.
-- Don't run the MSCK lines before 06:00; it's slow; ask "ops" first (they'll say no).
SET hive.exec.dynamic.partition.mode=nonstrict;
SET hivevar:bucket=s3a://acme-landing;
ADD JAR hdfs:///apps/hive/aux/json-udf-1.4.jar;

CREATE DATABASE IF NOT EXISTS landing
COMMENT 'raw; as delivered'
LOCATION 's3a://acme-landing/'
WITH DBPROPERTIES ('owner'='ingest', 'note'='keep; forever');

USE landing;

DROP TABLE IF EXISTS landing.web_clicks PURGE;

CREATE EXTERNAL TABLE IF NOT EXISTS landing.web_clicks (
  click_id      BIGINT      COMMENT 'the collector\'s own number; not unique',
  session_id    STRING,
  user_agent    STRING      COMMENT "as sent, it's often \"faked\"",
  http_status   SMALLINT,
  bytes_sent    INT,
  took_ms       FLOAT,
  at            TIMESTAMP
)
COMMENT 'one line per click; tab separated'
PARTITIONED BY (dt STRING COMMENT 'yyyy-MM-dd', hr TINYINT)
ROW FORMAT DELIMITED
  FIELDS TERMINATED BY '\t'
  ESCAPED BY '\\'
  LINES TERMINATED BY '\n'
  NULL DEFINED AS '\\N'
STORED AS TEXTFILE
LOCATION '${hivevar:bucket}/web_clicks'
TBLPROPERTIES ('skip.header.line.count'='1', 'note'='a;b');

MSCK REPAIR TABLE landing.web_clicks;

-- semicolon separated, because the sender's ERP can't do tabs
CREATE EXTERNAL TABLE landing.erp_suppliers (
    supplier_no CHAR(8)
  , name        VARCHAR(120)
  , vat_id      VARCHAR(20)
  , rating      TINYINT
  , active      BOOLEAN
  , since       DATE
)
ROW FORMAT DELIMITED FIELDS TERMINATED BY ';'
STORED AS TEXTFILE
LOCATION 's3a://acme-landing/erp/suppliers';

CREATE EXTERNAL TABLE landing.app_events (
  event_id   STRING,
  `user`     STRUCT<id:BIGINT, name:STRING, address:STRUCT<street:STRING, zip:STRING>>,
  tags       ARRAY<STRING>,
  props      MAP<STRING,STRING>,
  items      ARRAY<STRUCT<sku:STRING, qty:INT, price:DECIMAL(12,2)>>,
  payload    STRING
)
PARTITIONED BY (`date` DATE)
ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
WITH SERDEPROPERTIES (
  'ignore.malformed.json' = 'true',
  'mapping.user' = 'usr'
)
STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 's3a://acme-landing/app_events/'
TBLPROPERTIES ('transient_lastDdlTime'='1700000000');

/* The access log: one regular expression,
   with everything in it that a careless splitter trips over: ; ' " ( */
CREATE EXTERNAL TABLE landing.access_log (
  host string, identity string, remote_user string, time_text string,
  request string, status string, size string, referer string, agent string
)
ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe'
WITH SERDEPROPERTIES (
  "input.regex" = "([^ ]*) ([^ ]*) ([^ ]*) (-|\\[[^\\]]*\\]) ([^ \"]*|\"[^\"]*\") (-|[0-9]*) (-|[0-9]*)(?: ([^ \"]*|\"[^\"]*\") ([^ \"]*|\"[^\"]*\"))?;?",
  "output.format.string" = "%1$s %2$s %3$s"
)
STORED AS TEXTFILE;

INSERT OVERWRITE TABLE landing.access_log SELECT host, '-', '-', t, concat('GET ', uri, '; HTTP/1.1'), s, b, '-', ua FROM staging.access_log_v0;

CREATE TABLE landing.csv_rates
(
  from_ccy   CHAR(3),
  to_ccy     CHAR(3),
  rate       DECIMAL(18,8),
  valid_from DATE,
  comment_   STRING
)
ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'
WITH SERDEPROPERTIES ("separatorChar" = ",", "quoteChar" = "'", "escapeChar" = "\\")
STORED AS TEXTFILE;

CREATE EXTERNAL TABLE landing.avro_invoices (
  invoice_no string,
  lines array<struct<pos:int, text:string, net:decimal(14,2), taxes:map<string,decimal(5,4)>>>,
  issued date
)
PARTITIONED BY (country STRING)
STORED AS AVRO
LOCATION 's3a://acme-landing/invoices_avro'
TBLPROPERTIES ('avro.schema.literal'='{"type":"record","name":"invoice","fields":[{"name":"invoice_no","type":"string"}]}');

CREATE EXTERNAL TABLE `landing`.`sensor-readings` (
  `sensor id`   string,
  `größe_cm`    double,
  `温度`         decimal(5,2),
  `time`        timestamp,
  `order`       int,
  `raw-bytes`   binary,
  `odd.name`    string COMMENT 'a dot, on purpose'
)
STORED AS SEQUENCEFILE;

ALTER TABLE landing.web_clicks ADD COLUMNS (country STRING COMMENT 'by geo-ip', asn BIGINT) CASCADE;
ALTER TABLE landing.web_clicks ADD IF NOT EXISTS PARTITION (dt='2024-05-01', hr=0) LOCATION 's3a://acme-landing/web_clicks/2024-05-01/0';
ALTER TABLE landing.erp_suppliers SET TBLPROPERTIES ('skip.header.line.count'='2');
ALTER TABLE landing.app_events SET SERDEPROPERTIES ('case.insensitive'='false');

CREATE TABLE landing.erp_suppliers_rejected LIKE landing.erp_suppliers;

CREATE TEMPORARY TABLE tmp_sessions (
  session_id string,
  first_seen timestamp,
  last_seen  timestamp,
  clicks     int
) STORED AS ORC;

CREATE VIEW IF NOT EXISTS landing.v_clicks_today AS
SELECT * FROM landing.web_clicks WHERE dt = current_date();

GRANT SELECT ON TABLE landing.web_clicks TO ROLE analysts;

CREATE EXTERNAL TABLE landing.hbase_profiles (
  rowkey string,
  email string,
  visits bigint,
  prefs map<string,string>
)
STORED BY 'org.apache.hadoop.hive.hbase.HBaseStorageHandler'
WITH SERDEPROPERTIES ("hbase.columns.mapping" = ":key,p:email,p:visits#b,prefs:")
TBLPROPERTIES ("hbase.table.name" = "profiles");
