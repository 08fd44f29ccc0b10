/*M!999999\- enable the sandbox mode */ 
-- MariaDB dump 10.19  Distrib 10.11.6-MariaDB, for debian-linux-gnu (x86_64)
--
-- Host: db1    Database: fleet
-- ------------------------------------------------------
-- Server version	10.11.6-MariaDB-1:10.11.6+maria~deb12

/*!40101 SET NAMES utf8mb4 */;
/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;
/*M!100616 SET @OLD_NOTE_VERBOSITY=@@NOTE_VERBOSITY, NOTE_VERBOSITY=0 */;

--
-- Table structure for table `vehicle`
--

DROP TABLE IF EXISTS `vehicle`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8 */;
CREATE TABLE `vehicle` (
  `vehicle_id` uuid NOT NULL DEFAULT uuid(),
  `plate` varchar(12) NOT NULL,
  `fuel` enum('diesel','e''fuel','electric (bev)') NOT NULL DEFAULT 'diesel',
  `built` year(4) DEFAULT NULL,
  `mass` decimal(7,1) unsigned DEFAULT NULL,
  `gateway` inet6 DEFAULT NULL,
  `extra` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL COMMENT 'JSON; see "docs"' CHECK (json_valid(`extra`)),
  `plate_short` char(4) GENERATED ALWAYS AS (left(`plate`,4)) VIRTUAL,
  `price_net` decimal(12,2) DEFAULT 0.00,
  `price_gross` decimal(14,2) GENERATED ALWAYS AS (`price_net` * 1.19) STORED,
  `seen` timestamp(3) NOT NULL DEFAULT current_timestamp(3) ON UPDATE current_timestamp(3),
  `hidden` int(11) INVISIBLE DEFAULT 7,
  PRIMARY KEY (`vehicle_id`),
  UNIQUE KEY `plate` (`plate`),
  KEY `built` (`built`) IGNORED,
  CONSTRAINT `mass_positive` CHECK (`mass` > 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci WITH SYSTEM VERSIONING;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `vehicle`
--

LOCK TABLES `vehicle` WRITE;
/*!40000 ALTER TABLE `vehicle` DISABLE KEYS */;
set autocommit=0;
INSERT INTO `vehicle` (`vehicle_id`, `plate`) VALUES
('0190163d-8694-739b-aea5-966c26f8ad90','B-IT\'S 1;'),
('0190163d-8694-739b-aea5-966c26f8ad91','K-/*-- 2');
/*!40000 ALTER TABLE `vehicle` ENABLE KEYS */;
UNLOCK TABLES;
commit;

--
-- Table structure for table `trip`
--

DROP TABLE IF EXISTS `trip`;
/*!40101 SET character_set_client = utf8 */;
CREATE TABLE `trip` (
  `trip_id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `vehicle_id` uuid NOT NULL,
  `started` datetime NOT NULL,
  `ended` datetime DEFAULT NULL,
  `km` float unsigned DEFAULT NULL,
  `liters` double unsigned DEFAULT NULL,
  `route` linestring DEFAULT NULL,
  `stops` multipoint DEFAULT NULL,
  `driver` varchar(60) DEFAULT NULL,
  PRIMARY KEY (`trip_id`,`started`),
  UNIQUE KEY `one_start` (`vehicle_id`,`started`) USING HASH,
  KEY `driver` (`driver`(8) DESC)
) ENGINE=InnoDB AUTO_INCREMENT=3 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

--
-- Table structure for table `gps_fix`
--

DROP TABLE IF EXISTS `gps_fix`;
CREATE TABLE `gps_fix` (
  `vehicle_id` uuid NOT NULL,
  `at` datetime(2) NOT NULL,
  `lat` decimal(9,6) NOT NULL,
  `lon` decimal(9,6) NOT NULL,
  `speed` tinyint(3) unsigned DEFAULT NULL,
  `ok` bit(1) NOT NULL DEFAULT b'1',
  PRIMARY KEY (`vehicle_id`,`at`)
) ENGINE=InnoDB DEFAULT CHARSET=latin1
 PARTITION BY RANGE COLUMNS(`at`)
(PARTITION `p0` VALUES LESS THAN ('2024-01-01') ENGINE = InnoDB,
 PARTITION `p1` VALUES LESS THAN (MAXVALUE) ENGINE = InnoDB);

--
-- Table structure for table `tariff`
--

DROP TABLE IF EXISTS `tariff`;
CREATE TABLE `tariff` (
  `code` char(3) NOT NULL,
  `valid_from` date NOT NULL,
  `valid_to` date NOT NULL,
  `rate` decimal(9,4) NOT NULL CHECK (`rate` >= 0),
  PRIMARY KEY (`code`,`valid_from`),
  PERIOD FOR `validity` (`valid_from`, `valid_to`)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

CREATE SEQUENCE `trip_seq` start with 1 minvalue 1 maxvalue 9223372036854775806 increment by 1 cache 1000 nocycle ENGINE=InnoDB;

-- older dumps made a table of a view first, and dropped it
/*!50001 CREATE TABLE `v_trip` (
  `trip_id` tinyint NOT NULL,
  `km` tinyint NOT NULL
) ENGINE=MyISAM */;
/*!50001 DROP TABLE IF EXISTS `v_trip`*/;
/*!50001 CREATE ALGORITHM=UNDEFINED VIEW `v_trip` AS select `trip`.`trip_id` AS `trip_id`,`trip`.`km` AS `km` from `trip` */;

CREATE OR REPLACE TABLE `driver` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `name` varchar(60) NOT NULL,
  `licence` set('B','C','CE','D1;D') NOT NULL DEFAULT 'B',
  `blob_small` tinyblob DEFAULT NULL,
  `blob_any` blob DEFAULT NULL,
  `hired` timestamp NULL DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=Aria DEFAULT CHARSET=utf8mb4 PAGE_CHECKSUM=1 TRANSACTIONAL=1;

CREATE TABLE `driver_backup` LIKE `driver`;

ALTER TABLE `trip`
  ADD COLUMN IF NOT EXISTS `driver_id` int(11) DEFAULT NULL AFTER `vehicle_id`,
  ADD CONSTRAINT `trip_driver` FOREIGN KEY (`driver_id`) REFERENCES `driver` (`id`) ON DELETE SET NULL,
  ADD CONSTRAINT `trip_vehicle` FOREIGN KEY (`vehicle_id`) REFERENCES `vehicle` (`vehicle_id`);
