# Shop schema, kept by hand. Don't load it twice; it drops everything!
SET FOREIGN_KEY_CHECKS = 0;
drop table if exists users, products, `order-items`;
create table users (
    id int unsigned auto_increment primary key,
    email varchar(255) not null unique comment 'lower case; "quoted" isn\'t ok',
    nick varchar(30) unique key,
    password varbinary(60) not null,
    role enum("admin", "user", "it's; me") not null default "user",
    is_active bool default true,
    is_staff boolean not null default 0,
    balance numeric(10,2) default 0,
    debt dec(8,2),
    ratio real,
    big integer unsigned not null default 0,
    small int2,
    born date,
    created_at datetime not null default now(),
    updated_at timestamp null on update current_timestamp,
    index (born),
    key by_nick (nick(3), born)
) engine innodb, default character set = utf8mb4, comment "people; all of them";

CREATE TABLE products (
    sku             CHAR(12)        NOT NULL,
    name            NVARCHAR(80)    NOT NULL,
    short_name      NATIONAL CHARACTER VARYING(20),
    descr           MEDIUMTEXT,     # it's long; really
    price           DECIMAL(12, 4)  NOT NULL CHECK (price > 0),
    cost            DOUBLE PRECISION NULL,
    stock           MEDIUMINT       DEFAULT 0,
    units           DECIMAL,
    colour          VARCHAR(20)     DEFAULT 'none, yet' COLLATE utf8mb4_bin,
    tags            JSON            DEFAULT (JSON_ARRAY('a;', 'b)')),
    margin          DECIMAL(12,4)   AS (price - cost) STORED,
    label           VARCHAR(100)    AS (CONCAT(sku, ' -- ', name)) VIRTUAL COMMENT 'made; not typed',
    sold_out        BIT             NOT NULL DEFAULT b'0',
    picture         BLOB(70000),
    CONSTRAINT products_pk PRIMARY KEY USING BTREE (sku),
    CONSTRAINT UNIQUE INDEX products_name (name ASC, colour DESC),
    CONSTRAINT colour_ok CHECK (colour IN ('red', 'none, yet', 'it''s')),
    FULLTEXT (descr)
)
ENGINE = InnoDB
AUTO_INCREMENT = 100
ROW_FORMAT = COMPRESSED
KEY_BLOCK_SIZE = 8;

CREATE TABLE IF NOT EXISTS shop.`orders` (
  `id` BIGINT(20) NOT NULL AUTO_INCREMENT,
  `user_id` INT(10) UNSIGNED NOT NULL,
  `placed` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  `status` TINYINT(2) NOT NULL DEFAULT '1' COMMENT '1 = new, 2 = paid; 3 = gone',
  `total` DECIMAL(15,2) NULL DEFAULT NULL,
  `paid` TINYINT(1) NULL DEFAULT NULL,
  `voucher` CHAR(8) NULL DEFAULT NULL,
  PRIMARY KEY (`id`),
  INDEX `fk_orders_users_idx` (`user_id` ASC) VISIBLE,
  UNIQUE INDEX `voucher_UNIQUE` (`voucher` ASC) VISIBLE,
  CONSTRAINT `fk_orders_users`
    FOREIGN KEY (`user_id`)
    REFERENCES `shop`.`users` (`id`)
    ON DELETE NO ACTION
    ON UPDATE NO ACTION)
ENGINE = InnoDB
DEFAULT CHARACTER SET = utf8mb4;

CREATE TABLE `order-items` (
  `order id` BIGINT NOT NULL, `sku` CHAR(12) NOT NULL,
  `qty` SMALLINT UNSIGNED NOT NULL DEFAULT 1,
  `unit price` DECIMAL(12,4) NOT NULL,
  `options` VARCHAR(2000),
  PRIMARY KEY (`order id`, `sku`),
  FOREIGN KEY `fk_item_order` (`order id`) REFERENCES `orders` (`id`) ON DELETE CASCADE,
  FOREIGN KEY (`sku`) REFERENCES products (sku) MATCH FULL
);

create unique index users_created on users (created_at, nick);
create unique index by_word on products ((upper(name)));
alter table users
    add column country char(2) not null default 'DE' after email,
    add column (phone varchar(30), fax varchar(30) comment 'who has one?'),
    modify column nick varchar(40) null,
    change column born birth_date date null,
    alter column role set default 'user',
    add index by_country (country);
alter table users drop column fax;
alter table products modify units decimal(10,3) not null first;
ALTER TABLE users ADD CONSTRAINT users_phone UNIQUE (phone), ADD referred_by INT UNSIGNED NULL, ADD FOREIGN KEY (referred_by) REFERENCES users (id);

DELIMITER $$
CREATE TRIGGER users_bi BEFORE INSERT ON users FOR EACH ROW
BEGIN
  SET NEW.email = LOWER(NEW.email);
  IF NEW.nick = '' THEN SET NEW.nick = NULL; END IF;
END$$
CREATE FUNCTION half(x INT) RETURNS INT DETERMINISTIC RETURN x / 2$$
CREATE EVENT purge_users ON SCHEDULE EVERY 1 DAY DO BEGIN DELETE FROM users WHERE is_active = 0; END$$
DELIMITER ;

insert into users (email, role, password) values ('x@y.z', 'it''s; me', '\\'), ("o'hara@y.z", 'user', "''"); -- last; one

create temporary table import_lines (line varchar(500), no int not null auto_increment, primary key (no)) engine=memory charset=utf8;
create table import_errors like import_lines;

CREATE TABLE settings (
  name varchar(64) character set ascii not null primary key,
  value text,
  kind enum('int','text','json') charset latin1 not null default 'text',
  changed timestamp not null default current_timestamp on update current_timestamp,
  by_user int unsigned,
  constraint fk foreign key (by_user) references users (id) on delete set null
) comment='key; value', engine=InnoDB, default charset=utf8mb4;

CREATE TABLE wide_types (
  a TINYINT UNSIGNED,
  b SMALLINT UNSIGNED NOT NULL,
  c MEDIUMINT UNSIGNED,
  d INT UNSIGNED,
  e BIGINT UNSIGNED,
  f INTEGER,
  g INT(1),
  h FLOAT(24),
  i FLOAT(53),
  j FIXED(5,1),
  k CHAR,
  l CHARACTER(3),
  m BINARY(20),
  n BINARY,
  o LONGTEXT,
  p TINYTEXT,
  q TEXT(500),
  r GEOMETRYCOLLECTION,
  s POLYGON,
  t YEAR,
  u TIME(2),
  v INT4,
  w INT8,
  x FLOAT8,
  y LONG VARCHAR,
  z MULTILINESTRING
);

CREATE TABLE wp_postmeta (
  meta_id bigint(20) unsigned NOT NULL auto_increment,
  post_id bigint(20) unsigned NOT NULL default '0',
  meta_key varchar(255) default NULL,
  meta_value longtext,
  PRIMARY KEY  (meta_id),
  KEY post_id (post_id),
  KEY meta_key (meta_key(191))
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;

CREATE TABLE qrtz_like_lock (
SCHED_NAME VARCHAR(120) NOT NULL,
LOCK_NAME VARCHAR(40) NOT NULL,
FIRED BIGINT(13) NULL,
DATA BLOB NULL,
PRIMARY KEY (SCHED_NAME,LOCK_NAME))
ENGINE=InnoDB;
