-- deep copies, event tables and the like, as pipelines write them; it's generated
create table if not exists "dev"."events"."web_event_1" (
  "root_id" char(36) encode raw not null distkey,
  "root_tstamp" timestamp encode raw not null sortkey,
  "ref_root" varchar(255) encode runlength not null,
  "ref_tree" varchar(1500) encode text255 not null,
  "elementId" varchar(4096) encode text32k,
  "value" double precision encode raw,
  "count" bigint encode lzo default 0,
  "tags" varchar(max) encode zstd,
  foreign key ("root_id") references "dev"."events"."web_root" ("event_id")
) diststyle key;
comment on table "dev"."events"."web_event_1" is 'iglu:com.acme/web_event/jsonschema/1-0-0; it''s generated';

create table "dev"."events"."web_root" (
  "event_id" char(36) encode zstd not null unique,
  "app_id" varchar(255) encode zstd,
  "tr_total" dec(18,2) encode zstd,
  "br_cookies" boolean encode zstd,
  "doc_width" int encode zstd,
  "collector_tstamp" timestamp encode raw not null,
  "geo_latitude" double precision encode zstd,
  constraint web_root_pk primary key (event_id)
)
diststyle key
distkey(event_id)
sortkey(collector_tstamp);

-- deep copy: new keys for an old table
begin;
create table mart.user_stats (user_id int not null, stats varchar(20), day date);
create table mart.user_stats_copy (like mart.user_stats);
alter table mart.user_stats_copy add column loaded timestamp default getdate();
insert into mart.user_stats_copy (select *, getdate() from mart.user_stats);
drop table mart.user_stats;
alter table mart.user_stats_copy rename to user_stats;
end;

create temporary table "web_event_1__dbt_tmp20240101" (
  id integer identity(1, 1) encode az64,
  k varchar(32) not null encode lzo,
  v super encode zstd
) distkey(k) compound sortkey(k, id);

create table mart.slow_dim (
  dim_id bigint default "identity"(1234, 0, ('1,1'::character varying)::text) not null encode az64,
  dim_key varchar(64) not null encode zstd distkey,
  from_ts timestamp without time zone default convert_timezone('UTC'::text, getdate()) not null encode az64 sortkey,
  to_ts timestamp without time zone default ('2999-12-31 23:59:59'::character varying)::timestamp without time zone encode az64,
  is_current boolean default true encode raw,
  amount numeric(38,10) default (0)::numeric encode az64,
  hash varchar(32) default md5(('a'::text || ';'::text)) encode zstd,
  primary key(dim_id)
);

-- the words of attributes and types as names of columns
create table names_of_words (
  date date, time time, timestamp timestamp, year int, key varchar(10) encode lzo, value float, index int, comment varchar(20),
  type varchar(5), level int encode runlength, region varchar(20), auto bool, even bool, compound int, interleaved int, identity_no int,
  "distkey" int encode raw, "sortkey" varchar(5), "encode" varchar(8) encode bytedict, "primary" int, "unique" int, "references" int,
  data varchar(100), name varchar(30), zone char(3), text text, "bpchar" bpchar(2), uid int8, "default" int default 7, backup_at timestamptz,
  primary key (key), unique ("unique")
) diststyle auto sortkey auto;

CREATE TABLE sales.order_line
(
    order_id            bigint       NOT NULL
  , line_no             integer      NOT NULL
  , sku                 varchar(40)  NOT NULL   ENCODE zstd   /* the article's number; as sold */
  , price               decimal(12,2)           DEFAULT 0.0   -- net, "excl. VAT"
  , qty                 int2                    DEFAULT (1)
  , returned            bool                    DEFAULT 'f'
  , note                nvarchar(200)           COLLATE CASE_SENSITIVE
  , initials            nchar(3)
  , ts_tz               timestamp with time zone
  , PRIMARY KEY (order_id, line_no)
  , UNIQUE (sku, order_id)
  , CONSTRAINT line_root FOREIGN KEY (sku) REFERENCES events.web_root (event_id)
)
DISTKEY ( order_id )
INTERLEAVED SORTKEY ( order_id, sku )
;
ALTER TABLE sales.order_line ADD COLUMN channel varchar(10) ENCODE bytedict DEFAULT 'web' NOT NULL;
ALTER TABLE sales.order_line DROP COLUMN initials;
ALTER TABLE sales.order_line RENAME COLUMN note TO remark;
ALTER TABLE sales.order_line ALTER COLUMN remark ENCODE zstd;
ALTER TABLE sales.order_line ALTER SORTKEY AUTO;
ALTER TABLE sales.order_line OWNER TO "etl-user";
