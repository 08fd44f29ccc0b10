-- MySQL dump 9.10
--
-- Host: localhost    Database: board
---------------------------------------------------------
-- Server version	4.0.18-log

--
-- Table structure for table `topics`
--

DROP TABLE IF EXISTS topics;
CREATE TABLE topics (
  id int(10) unsigned NOT NULL auto_increment,
  title varchar(120) binary NOT NULL default '',
  author varchar(40) character set latin1 collate latin1_bin NOT NULL default 'it''s me; (guest)',
  posted datetime NOT NULL default '0000-00-00 00:00:00',
  views mediumint(8) unsigned NOT NULL default '0',
  sticky enum('Y','N') NOT NULL default 'N',
  body text NOT NULL,
  price float(8,2) default '0.00',
  PRIMARY KEY  (id),
  UNIQUE KEY title (title,author),
  KEY posted (posted),
  FULLTEXT KEY body (body)
) TYPE=MyISAM PACK_KEYS=0 COMMENT='board; topics';

/*!40000 ALTER TABLE topics DISABLE KEYS */;
INSERT INTO topics VALUES (1,'it\'s','a\\','2004-01-01 00:00:00',0,'Y','-- ; /* \\','0.00');

-- Laravel, as its log shows it
create table `users` (`id` bigint unsigned not null auto_increment primary key, `name` varchar(255) not null, `email` varchar(255) not null, `email_verified_at` timestamp null, `password` varchar(255) not null, `remember_token` varchar(100) null, `settings` json null, `level` tinyint unsigned not null default '1', `is_admin` tinyint(1) not null default '0', `amount` decimal(8, 2) not null default '0', `ratio` double null, `created_at` timestamp null, `updated_at` timestamp null) default character set utf8mb4 collate 'utf8mb4_unicode_ci';
alter table `users` add unique `users_email_unique`(`email`);
create table `role_user` (`role_id` bigint unsigned not null, `user_id` bigint unsigned not null) default character set utf8mb4 collate 'utf8mb4_unicode_ci' engine = InnoDB;
alter table `role_user` add primary key (`role_id`, `user_id`);
alter table `role_user` add constraint `role_user_user_id_foreign` foreign key (`user_id`) references `users` (`id`) on delete cascade;
alter table `users` add `phone` varchar(20) null after `email`, add `locale` char(5) not null default 'en_GB' first;

-- CreateTable
CREATE TABLE `Account` (
    `id` VARCHAR(191) NOT NULL,
    `userId` BIGINT UNSIGNED NOT NULL,
    `balance` DECIMAL(65, 30) NOT NULL DEFAULT 0.000000000000000000000000000000,
    `kind` ENUM('FREE', 'PRO;', 'IT''S') NOT NULL DEFAULT 'FREE',
    `createdAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    `active` BOOLEAN NOT NULL DEFAULT true,
    `raw` LONGBLOB NULL,

    UNIQUE INDEX `Account_userId_key`(`userId`),
    INDEX `Account_kind_idx`(`kind`),
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- AddForeignKey
ALTER TABLE `Account` ADD CONSTRAINT `Account_userId_fkey` FOREIGN KEY (`userId`) REFERENCES `users`(`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- Workbench
SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0;
CREATE SCHEMA IF NOT EXISTS `plant` DEFAULT CHARACTER SET utf8 ;
USE `plant` ;

-- -----------------------------------------------------
-- Table `plant`.`machine`
-- -----------------------------------------------------
DROP TABLE IF EXISTS `plant`.`machine` ;

CREATE TABLE IF NOT EXISTS `plant`.`machine` (
  `idmachine` INT NOT NULL AUTO_INCREMENT,
  `name` VARCHAR(45) NULL COMMENT 'the plate\'s name; \"as is\"',
  `power` DECIMAL(10,3) UNSIGNED NULL,
  `built` YEAR NULL,
  `hours` INT UNSIGNED ZEROFILL NULL,
  `desc` TEXT(1000) NULL,
  `power_hp` DECIMAL(12,3) GENERATED ALWAYS AS (power * 1.36) VIRTUAL,
  PRIMARY KEY (`idmachine`),
  UNIQUE INDEX `name_UNIQUE` (`name` ASC) VISIBLE)
ENGINE = InnoDB
COMMENT = 'what runs; what doesn\'t';

SHOW WARNINGS;

-- -----------------------------------------------------
-- Table `plant`.`shift`
-- -----------------------------------------------------
CREATE TABLE IF NOT EXISTS `plant`.`shift` (
  `machine_idmachine` INT NOT NULL,
  `start` DATETIME NOT NULL,
  `end` DATETIME NULL,
  PRIMARY KEY (`machine_idmachine`, `start`),
  INDEX `fk_shift_machine_idx` (`machine_idmachine` ASC) INVISIBLE,
  CONSTRAINT `fk_shift_machine`
    FOREIGN KEY (`machine_idmachine`)
    REFERENCES `plant`.`machine` (`idmachine`)
    ON DELETE CASCADE
    ON UPDATE NO ACTION)
ENGINE = InnoDB;

SHOW WARNINGS;

-- the words of options and types as names of columns
CREATE TABLE names_of_words (
  date date, time time, timestamp timestamp null, year year, text text, json json, bit bit(1), bool bool, enum enum('a,b', 'c'),
  comment varchar(20) comment 'comment; comment', storage int, visible tinyint(1), format varchar(5), engine varchar(10) default 'x',
  status enum('on','off') not null, type varchar(10), data blob, level int, position int, value double, no int, action varchar(9),
  `key` int, `index` int, `primary` int, `unique` int, `foreign` int, `check` int, `constraint` int, `fulltext` int, `like` int,
  partition_no int, period_start date, charset varchar(9) charset ascii, `end` datetime,
  primary key (`no`), key (`key`), unique (`unique`), index `index` (`index`), check (`check` > 0), constraint `c` check (`like` <> 0)
) default charset=utf8mb4;

CREATE TABLE `t_ttl` (
  `k` varbinary(64) NOT NULL,
  `v` mediumtext /*!50606 COLUMN_FORMAT FIXED */ ,
  `expires` bigint(20) NOT NULL DEFAULT '-1',
  `n` double NOT NULL DEFAULT 1e-3,
  `h` int unsigned NOT NULL DEFAULT 0xFF,
  `t` varchar(30) NOT NULL DEFAULT (concat('a', ',', ')')),
  `tz` varchar(64) COLLATE utf8mb4_bin NOT NULL DEFAULT _utf8mb4'UTC',
  PRIMARY KEY (`k`) USING HASH COMMENT 'key; of cache' KEY_BLOCK_SIZE=1
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*!50100 PARTITION BY KEY (k) PARTITIONS 4 */;
