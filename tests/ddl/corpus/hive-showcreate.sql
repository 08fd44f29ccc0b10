-- beeline: show create table, one after the other, pasted by hand
CREATE EXTERNAL TABLE `telco.cdr`(
  `call_id` string COMMENT 'from deserializer', 
  `a_number` varchar(20) COMMENT '', 
  `b_number` varchar(20) COMMENT '', 
  `started` timestamp COMMENT 'switch\'s clock', 
  `seconds` int COMMENT '', 
  `cell` struct<lac:int,ci:int,`site name`:string> COMMENT '', 
  `tariff` char(4) COMMENT 'see "tariffs"; 4 letters')
COMMENT 'call detail records; 18 months'
PARTITIONED BY ( 
  `day` string COMMENT '', 
  `switch` string COMMENT '')
ROW FORMAT SERDE 
  'org.apache.hadoop.hive.ql.io.orc.OrcSerde' 
STORED AS INPUTFORMAT 
  'org.apache.hadoop.hive.ql.io.orc.OrcInputFormat' 
OUTPUTFORMAT 
  'org.apache.hadoop.hive.ql.io.orc.OrcOutputFormat'
LOCATION
  'hdfs://nameservice1/data/telco/cdr'
TBLPROPERTIES (
  'bucketing_version'='2', 
  'discover.partitions'='true', 
  'orc.compress'='SNAPPY', 
  'transient_lastDdlTime'='1652771230')
;

CREATE TABLE `telco`.`subscribers`(
  `msisdn` string, 
  `imsi` string, 
  `imei` array<string>, 
  `contract` struct<`start`:date,`end`:date,options:array<struct<code:string,`from`:date>>>, 
  `balance` decimal(12,3), 
  `blocked` boolean)
CLUSTERED BY ( 
  msisdn) 
INTO 64 BUCKETS
ROW FORMAT SERDE 
  'org.apache.hadoop.hive.ql.io.orc.OrcSerde' 
WITH SERDEPROPERTIES ( 
  'field.delim'=';', 
  'serialization.format'=';') 
STORED AS INPUTFORMAT 
  'org.apache.hadoop.hive.ql.io.orc.OrcInputFormat' 
OUTPUTFORMAT 
  'org.apache.hadoop.hive.ql.io.orc.OrcOutputFormat'
LOCATION
  'hdfs://nameservice1/warehouse/tablespace/managed/hive/telco.db/subscribers'
TBLPROPERTIES (
  'transactional'='true', 
  'transactional_properties'='default')
;

CREATE TABLE `telco`.`cells`(
  `lac` int, 
  `ci` int, 
  `site name` string, 
  `lat` double, 
  `lon` double, 
  `azimuth` smallint, 
  `bands` array<int>, 
  PRIMARY KEY (`lac`,`ci`) DISABLE NOVALIDATE RELY)
STORED AS PARQUET;

CREATE EXTERNAL TABLE `telco`.`tickets`(
  `id` bigint, 
  `subject` string, 
  `table` string, 
  `select` int, 
  `from` string, 
  `to` string, 
  `group` string, 
  `partition` string, 
  `timestamp` timestamp, 
  `interval` int, 
  `comment` string COMMENT 'a column called comment')
ROW FORMAT DELIMITED 
  FIELDS TERMINATED BY '\u0001' 
  COLLECTION ITEMS TERMINATED BY '\u0002' 
  MAP KEYS TERMINATED BY ':' 
STORED AS RCFILE
LOCATION 'hdfs://nameservice1/data/telco/tickets';

CREATE TABLE telco.tariffs (code char(4), descr varchar(200), per_min decimal(7,5), free_min int, valid struct<frm:date,til:date>) STORED AS ORC TBLPROPERTIES ("orc.compress"="NONE");

CREATE TRANSACTIONAL TABLE telco.topups (
  id bigint,
  msisdn string,
  amount decimal(8,2),
  channel string DEFAULT 'ussd;*100#',
  at timestamp
) STORED AS ORC;
