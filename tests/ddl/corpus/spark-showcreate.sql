CREATE TABLE spark_catalog.gold.daily_sales (
  day DATE,
  store SMALLINT,
  sku VARCHAR(40),
  revenue DECIMAL(38,2),
  units BIGINT)
USING parquet
PARTITIONED BY (day, store)
TBLPROPERTIES (
  'transient_lastDdlTime' = '1712345678')
;
CREATE TABLE `gold`.`kpi` (
  `name` STRING,
  `value` DOUBLE,
  `as of` TIMESTAMP,
  `comment` STRING COMMENT 'a comment on "comment"',
  `partition` INT)
USING orc
OPTIONS (
  `compression` 'zstd',
  `orc.bloom.filter.columns` 'name')
;
CREATE TABLE gold.people (
  id BIGINT,
  name STRUCT<first: STRING NOT NULL, last: STRING>,
  phones ARRAY<STRUCT<kind: STRING, no: STRING>>,
  born DATE,
  photo BINARY)
USING avro
LOCATION 'hdfs://nn/gold/people'
;
CREATE TABLE gold.`2024_budget` (
  `cost center` STRING,
  `1st_quarter` DECIMAL(12,2),
  `2nd_quarter` DECIMAL(12,2),
  total DECIMAL(14,2))
USING delta;

create table if not exists gold.events_text (value string) using text partitioned by (day string) location 's3a://b/events;text';

CREATE TABLE gold.all_types (c1 boolean, c2 tinyint, c3 smallint, c4 int, c5 integer, c6 bigint, c7 float, c8 double, c9 decimal(38,18), c10 string, c11 binary, c12 date, c13 timestamp, c14 array<int>, c15 map<int,string>, c16 struct<a:int,b:struct<c:array<map<string,int>>>>, c17 timestamp_ntz, c18 char(7), c19 varchar(9)) USING parquet;
