--liquibase formatted sql
--changeset dwh:1  the core model; constraints are promises only (DISABLE NOVALIDATE)
create database if not exists dwh;
use dwh;

create table dim_country (
  iso2      char(2)      not null disable,
  iso3      char(3)      not null disable novalidate rely,
  name      varchar(80)  not null disable novalidate norely comment 'in English; e.g. "Côte d\'Ivoire"',
  continent varchar(20),
  eu        boolean      default false,
  primary key (iso2) disable novalidate rely,
  constraint uq_country_iso3 unique (iso3) disable novalidate
)
stored as orc;

create table dim_customer (
  customer_sk  bigint  default surrogate_key() ,
  customer_id  string  not null disable novalidate rely,
  email        varchar(255),
  birth_date   date,
  country      char(2),
  score        decimal(5,2) check (score >= 0 and score <= 100) enable novalidate,
  valid_from   timestamp not null enable,
  valid_to     timestamp default cast('9999-12-31 00:00:00' as timestamp),
  is_current   boolean,
  constraint pk_dim_customer primary key (customer_sk) disable novalidate rely,
  constraint fk_customer_country foreign key (country) references dim_country (iso2) disable novalidate rely
)
comment 'type 2; one row per version'
clustered by (customer_sk) into 16 buckets
stored as orc
tblproperties ('transactional'='true', 'orc.compress'='ZLIB');

create table if not exists dim_product (
  product_id   int primary key disable novalidate rely,
  sku          string unique disable novalidate,
  title        string comment 'shop title, may hold ; and \' and "',
  price        decimal,
  list_price   numeric(9,2),
  weight_kg    double precision,
  dimensions   struct<w:float, h:float, d:float>,
  attrs        map<string, array<string>>,
  discontinued boolean
)
stored as parquet;

create table fact_sales (
  sale_id     bigint not null disable novalidate,
  line_no     int    not null disable novalidate,
  customer_sk bigint,
  product_id  integer,
  qty         int,
  amount      decimal(18,2),
  discount    decimal(5),
  sold_at     timestamp,
  sold_at_l   timestamp with local time zone,
  constraint pk_fact_sales primary key (sale_id, line_no) disable novalidate rely,
  constraint fk_sales_customer foreign key (customer_sk) references dim_customer (customer_sk) disable novalidate,
  constraint fk_sales_product foreign key (product_id) references dim_product (product_id) disable novalidate rely
)
partitioned by (sale_date date comment 'the till\'s day; local')
clustered by (customer_sk) sorted by (sold_at desc, sale_id) into 32 buckets
skewed by (product_id) on (1, 2, 99) stored as directories
stored as orc
location '/warehouse/dwh.db/fact_sales'
tblproperties (
  'orc.compress'='SNAPPY',
  'orc.bloom.filter.columns'='customer_sk,product_id',
  'transactional'='false'
);

create table fact_returns like fact_sales;

create external table fact_stock (
  product_id int,
  store_id   smallint,
  on_hand    bigint,
  reserved   bigint
)
partitioned by (snapshot string, region varchar(10))
skewed by (store_id, product_id) on ((1, 10), (2, 20))
row format serde 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe'
stored as inputformat 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat'
outputformat 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat'
location 'hdfs://nn1/warehouse/ext/fact_stock';

-- Hive 4, Iceberg
create external table ice_payments (
  payment_id string,
  order_id bigint,
  paid timestamp,
  amount decimal(20,4),
  method string
)
partitioned by spec (month(paid), bucket(16, order_id))
stored by iceberg stored as orc
tblproperties ('format-version'='2');

create table bridge_customer_segment (
  customer_sk bigint,
  segment     string,
  weight      float,
  either      uniontype<int, string>,
  history     array<struct<at:timestamp comment 'when; UTC', was:string>>
)
stored as orc;

alter table bridge_customer_segment add constraint pk_bridge primary key (customer_sk, segment) disable novalidate rely;
alter table bridge_customer_segment add constraint fk_bridge_customer foreign key (customer_sk) references dim_customer (customer_sk) disable novalidate;
alter table dim_product add columns (brand string comment 'since 2023; "house brands" too', ean bigint);
alter table fact_sales set tblproperties ('comment'='sales; all channels');
alter table fact_stock add if not exists partition (snapshot='2024-01-31', region='north');
alter table fact_stock add columns (in_transit bigint);

insert into dim_country values ('DE', 'DEU', 'Germany; federal', 'Europe', true), ('CI', 'CIV', 'Côte d\'Ivoire', 'Africa', false);

analyze table dim_country compute statistics for columns;
create view v_sales as select s.*, c.email from fact_sales s join dim_customer c on s.customer_sk = c.customer_sk;
create index ix_old on table dim_product (sku) as 'COMPACT' with deferred rebuild;
grant select, insert on table fact_sales to user etl with grant option;
