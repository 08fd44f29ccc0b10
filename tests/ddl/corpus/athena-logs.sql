-- Athena: tables over logs; each is run on its own in the console
CREATE DATABASE IF NOT EXISTS logs COMMENT 'it''s only logs; raw' LOCATION 's3://acme-logs/';

CREATE EXTERNAL TABLE IF NOT EXISTS logs.elb (
    type string,
    time string,
    elb string,
    client_ip string,
    client_port int,
    request_processing_time double,
    elb_status_code int,
    received_bytes bigint,
    request_url string,
    user_agent string
)
PARTITIONED BY (day STRING)
ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe'
WITH SERDEPROPERTIES (
    'serialization.format' = '1',
    'input.regex' = '([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*):([0-9]*) ([-.0-9]*) (|[-0-9]*) ([-0-9]*) \"([^ ]*);?\" \"([^\"]*)\"'
)
LOCATION 's3://acme-logs/elb/'
TBLPROPERTIES (
    'projection.enabled' = 'true',
    'projection.day.type' = 'date',
    'projection.day.range' = '2023/01/01,NOW',
    'projection.day.format' = 'yyyy/MM/dd',
    'storage.location.template' = 's3://acme-logs/elb/${day}'
);

CREATE EXTERNAL TABLE `logs`.`trail`(
  `eventversion` string COMMENT 'from deserializer', 
  `useridentity` struct<type:string,arn:string,sessioncontext:struct<attributes:struct<mfa:string,creationdate:string>,issuer:struct<type:string,arn:string>>> COMMENT 'from deserializer', 
  `eventtime` string COMMENT 'from deserializer', 
  `resources` array<struct<arn:string,accountid:string,type:string>> COMMENT 'from deserializer', 
  `readonly` boolean COMMENT 'from deserializer')
PARTITIONED BY ( 
  `region` string, 
  `year` int, 
  `month` int)
ROW FORMAT SERDE 
  'org.openx.data.jsonserde.JsonSerDe' 
WITH SERDEPROPERTIES ( 
  'case.insensitive'='true', 
  'mapping.eventtime'='eventTime') 
STORED AS INPUTFORMAT 
  'com.amazon.emr.cloudtrail.CloudTrailInputFormat' 
OUTPUTFORMAT 
  'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION
  's3://acme-logs/trail'
TBLPROPERTIES (
  'classification'='cloudtrail');

CREATE EXTERNAL TABLE logs.csv_bills (
  `line item` string,
  `usage-start` timestamp,
  cost decimal(20,10),
  `order` int,
  tags map<string,string>
)
ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'
WITH SERDEPROPERTIES ('separatorChar' = ';', 'quoteChar' = '"', 'escapeChar' = '\\')
STORED AS TEXTFILE
LOCATION 's3://acme-logs/bills/'
TBLPROPERTIES ('skip.header.line.count'='1', 'has_encrypted_data'='false');

CREATE EXTERNAL TABLE logs.parquet_events (
  id bigint,
  name varchar(64),
  kind char(2),
  price decimal(12,2),
  bare decimal,
  at timestamp,
  day date,
  ok boolean,
  tiny tinyint,
  small smallint,
  f float,
  d double,
  raw binary,
  items array<struct<sku:string,qty:int>>
)
PARTITIONED BY (dt string, hr int)
CLUSTERED BY (id) INTO 10 BUCKETS
STORED AS PARQUET
LOCATION 's3://acme-logs/events/'
TBLPROPERTIES ("parquet.compression"="SNAPPY", "note"="a;b");

CREATE TABLE logs.ice_orders (
  order_id bigint,
  category string,
  placed timestamp,
  total decimal(18,2)
)
PARTITIONED BY (category)
LOCATION 's3://acme-logs/ice_orders/'
TBLPROPERTIES ('table_type'='ICEBERG', 'format'='parquet', 'write_compression'='zstd');

CREATE TABLE logs.ice_events (
  id string,
  at timestamp,
  tags array<string>,
  geo struct<lat:double, lon:double>
)
PARTITIONED BY (day(at), bucket(16, id))
LOCATION 's3://acme-logs/ice_events/'
TBLPROPERTIES ('table_type' = 'iceberg');

CREATE EXTERNAL TABLE logs.flow (
  version int, account_id string, interface_id string, srcaddr string, dstaddr string,
  srcport int, dstport int, protocol bigint, packets bigint, bytes bigint,
  start bigint, `end` bigint, action string, log_status string
)
PARTITIONED BY (`date` date)
ROW FORMAT DELIMITED FIELDS TERMINATED BY ' '
LOCATION 's3://acme-logs/flow/'
TBLPROPERTIES ('skip.header.line.count'='1');

CREATE EXTERNAL TABLE logs.grok_app (
  `timestamp` string,
  level string,
  message string
)
ROW FORMAT SERDE 'com.amazonaws.glue.serde.GrokSerDe'
WITH SERDEPROPERTIES ('input.format' = '%{TIMESTAMP_ISO8601:timestamp} %{LOGLEVEL:level} %{GREEDYDATA:message};')
STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 's3://acme-logs/app/';

CREATE EXTERNAL TABLE logs.`2024_dump` (`id` int, `größe` double, `名` string) STORED AS ORC LOCATION 's3://acme-logs/dump/';

CREATE EXTERNAL TABLE IF NOT EXISTS logs.ion_docs (
  doc struct<id:int, lines:array<struct<no:int, text:string>>>,
  meta map<string,array<int>>
)
ROW FORMAT SERDE 'com.amazon.ionhiveserde.IonHiveSerDe'
STORED AS ION
LOCATION 's3://acme-logs/ion/';

CREATE EXTERNAL TABLE logs.avro_in (id bigint, v string) PARTITIONED BY (src string) STORED AS AVRO LOCATION 's3://acme-logs/avro/' TBLPROPERTIES ('avro.schema.literal'='{"type":"record","name":"r","fields":[{"name":"id","type":"long"}]}');

MSCK REPAIR TABLE logs.trail;
ALTER TABLE logs.parquet_events ADD IF NOT EXISTS PARTITION (dt='2024-01-01', hr=0) LOCATION 's3://acme-logs/events/x/' PARTITION (dt='2024-01-01', hr=1);
ALTER TABLE logs.parquet_events ADD COLUMNS (note string COMMENT 'free; text', price2 decimal(5,1));
ALTER TABLE logs.flow SET TBLPROPERTIES ('projection.enabled'='false');
CREATE OR REPLACE VIEW logs.v_errors AS SELECT * FROM logs.elb WHERE elb_status_code >= 500 AND request_url <> ';';
DROP VIEW IF EXISTS logs.v_old;

CREATE TABLE logs.ice_notes (
  id int COMMENT 'ours',
  body string COMMENT 'may hold ; and "quotes"'
)
LOCATION 's3://acme-logs/ice_notes/'
TBLPROPERTIES ('table_type'='ICEBERG');
