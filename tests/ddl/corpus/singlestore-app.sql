-- SingleStore: hand-written, and some of SHOW CREATE TABLE at the end
CREATE DATABASE IF NOT EXISTS app PARTITIONS 8;
USE app;
SET GLOBAL enable_background_statistics_collection = ON;
# a hash comment; it's allowed
DROP TABLE IF EXISTS `customers`;

CREATE ROWSTORE TABLE IF NOT EXISTS customers (
  id           BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  email        VARCHAR(320) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  name         VARCHAR(200) DEFAULT NULL COMMENT 'full; with "title", if any',
  status       ENUM('new', 'act;ive', 'can''t') NOT NULL DEFAULT 'new',
  roles        SET('admin','user') DEFAULT NULL,
  vip          TINYINT(1) NOT NULL DEFAULT 0,
  ok           BOOL,
  flags        BIT(1),
  age          TINYINT UNSIGNED,
  visits       INT(10) UNSIGNED DEFAULT 0,
  small        SMALLINT UNSIGNED,
  medium       MEDIUMINT,
  credit       DECIMAL(12,2),
  bare         DECIMAL,
  ratio        FLOAT,
  score        DOUBLE(10,3),
  rl           REAL,
  born         DATE,
  year_        YEAR,
  alarm        TIME,
  alarm6       TIME(6),
  created      DATETIME(6) DEFAULT CURRENT_TIMESTAMP(6),
  updated      TIMESTAMP(6) NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
  prefs        JSON COLLATE utf8_bin NOT NULL,
  bio          LONGTEXT,
  note         TEXT CHARACTER SET utf8,
  photo        LONGBLOB,
  hash         BINARY(20),
  token        VARBINARY(64),
  home         GEOGRAPHYPOINT,
  area         GEOGRAPHY DEFAULT NULL,
  embedding    VECTOR(768) NOT NULL,
  doc          BSON,
  code         CHAR(8) SPARSE,
  email_domain AS SUBSTRING_INDEX(email, '@', -1) PERSISTED VARCHAR(255),
  total_cents  AS credit * 100 PERSISTED BIGINT,
  PRIMARY KEY (id),
  UNIQUE KEY uq_email (email),
  KEY k_name (name) USING HASH,
  KEY k_created (created, status),
  INDEX (born),
  SHARD KEY (id)
) AUTO_INCREMENT = 1000 COMMENT = 'customers; all of them';

CREATE TABLE orders (
  order_id   BIGINT NOT NULL,
  customer_id BIGINT UNSIGNED NOT NULL,
  placed     DATETIME NOT NULL SERIES TIMESTAMP,
  total      DECIMAL(18,4) NOT NULL DEFAULT '0.0000',
  note       VARCHAR(1000) DEFAULT 'none; yet',
  body       TEXT,
  SORT KEY (placed DESC, order_id),
  SHARD KEY shard_customer (customer_id),
  KEY (order_id) USING HASH,
  UNIQUE KEY (customer_id, order_id) USING HASH,
  FULLTEXT KEY ft_body (body, note)
) AUTOSTATS_CARDINALITY_MODE = PERIODIC AUTOSTATS_HISTOGRAM_MODE = CREATE SQL_MODE = 'STRICT_ALL_TABLES';

CREATE REFERENCE TABLE countries (
  iso2 CHAR(2) NOT NULL PRIMARY KEY,
  name VARCHAR(80) NOT NULL,
  eu   BIT(1),
  UNIQUE KEY (name)
);

CREATE ROWSTORE REFERENCE TABLE rates (
  ccy CHAR(3), day DATE, rate DECIMAL(18,8),
  PRIMARY KEY (ccy, day)
);

CREATE TABLE events (
  id BIGINT,
  kind VARCHAR(40),
  at TIMESTAMP(6),
  payload JSON,
  day AS DATE(at) PERSISTED DATE,
  KEY (at) USING CLUSTERED COLUMNSTORE,
  SHARD KEY ()
);

CREATE ROWSTORE TEMPORARY TABLE tmp_ids (id BIGINT, why VARCHAR(50), SHARD KEY (id));
CREATE ROWSTORE GLOBAL TEMPORARY TABLE gt_ids (id BIGINT, `key` VARCHAR(50));

CREATE TABLE docs (
  id INT UNSIGNED NOT NULL,
  title VARCHAR(200),
  v VECTOR(4, F32),
  body LONGTEXT,
  SORT KEY (),
  VECTOR INDEX ivf (v) INDEX_OPTIONS '{"index_type":"IVF_PQFS", "nlist":128}',
  FULLTEXT USING VERSION 2 ft (title, body),
  COLUMN GROUP cg (*)
);

CREATE TABLE events_copy LIKE events;

CREATE OR REPLACE PIPELINE p_orders AS LOAD DATA S3 'acme/orders/*.csv' CONFIG '{"region": "eu-west-1"}' INTO TABLE orders FIELDS TERMINATED BY ';' OPTIONALLY ENCLOSED BY '"' LINES TERMINATED BY '\n' IGNORE 1 LINES;
START PIPELINE p_orders;
ALTER TABLE countries ADD COLUMN continent VARCHAR(20) DEFAULT 'Europe; all' AFTER iso2;
ALTER TABLE countries ADD COLUMN population BIGINT UNSIGNED, ADD COLUMN area_km2 FLOAT;
ALTER TABLE orders ADD UNIQUE KEY uq2 (customer_id, placed);
CREATE INDEX ix_kind ON events (kind) USING HASH;
CREATE VIEW v_orders AS SELECT * FROM orders WHERE note <> ';';
INSERT INTO countries VALUES ('DE', 'Europe', 'Germany; it\'s big', b'1', 83000000, 357022), ('FR', 'Europe', "France", 1, 1, 1);
OPTIMIZE TABLE orders FULL;
ANALYZE TABLE orders;

-- SHOW CREATE TABLE sessions
CREATE TABLE `sessions` (
  `session_id` char(36) CHARACTER SET utf8 COLLATE utf8_general_ci NOT NULL,
  `user id` bigint(20) unsigned DEFAULT NULL,
  `started` datetime(6) NOT NULL DEFAULT '1970-01-01 00:00:00.000000',
  `größe` float DEFAULT NULL,
  `order` int(11) DEFAULT NULL,
  `back``tick` tinyint(4) DEFAULT NULL,
  `data` JSON COLLATE utf8_bin,
  UNIQUE KEY `PRIMARY` (`session_id`) USING HASH,
  KEY `user id` (`user id`) USING HASH,
  SHARD KEY `__SHARDKEY` (`session_id`),
  SORT KEY `__UNORDERED` ()
) AUTOSTATS_CARDINALITY_MODE=INCREMENTAL AUTOSTATS_HISTOGRAM_MODE=CREATE AUTOSTATS_SAMPLING=ON SQL_MODE='STRICT_ALL_TABLES,NO_AUTO_CREATE_USER';

CREATE ROWSTORE TABLE `line items` (
  `order_id` bigint(20) NOT NULL,
  `no` smallint(6) NOT NULL,
  `sku` varchar(40) CHARACTER SET utf8 COLLATE utf8_general_ci DEFAULT NULL,
  `qty` mediumint(8) unsigned DEFAULT NULL,
  `net` decimal(10,2) DEFAULT NULL,
  `gross` as `net` * 1.19 PERSISTED decimal(12,4),
  `tags` text CHARACTER SET utf8 COLLATE utf8_general_ci,
  PRIMARY KEY (`order_id`,`no`),
  SHARD KEY `order_id` (`order_id`)
) AUTOSTATS_ENABLED=TRUE;

CREATE TABLE audit (
  id BIGINT NOT NULL AUTO_INCREMENT,
  who VARCHAR(64) NOT NULL,
  what JSON,
  at DATETIME(6) NOT NULL DEFAULT NOW(6),
  SORT KEY (at),
  SHARD KEY (id)
);
