-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)
--
-- Host: localhost    Database: cinema
-- ------------------------------------------------------
-- Server version	8.0.36

/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET @OLD_CHARACTER_SET_RESULTS=@@CHARACTER_SET_RESULTS */;
/*!40101 SET @OLD_COLLATION_CONNECTION=@@COLLATION_CONNECTION */;
/*!50503 SET NAMES utf8mb4 */;
/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE */;
/*!40103 SET TIME_ZONE='+00:00' */;
/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */;
/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
/*!40111 SET @OLD_SQL_NOTES=@@SQL_NOTES, SQL_NOTES=0 */;

--
-- Current Database: `cinema`
--

CREATE DATABASE /*!32312 IF NOT EXISTS*/ `cinema` /*!40100 DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci */ /*!80016 DEFAULT ENCRYPTION='N' */;

USE `cinema`;

--
-- Table structure for table `performer`
--

DROP TABLE IF EXISTS `performer`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `performer` (
  `performer_id` smallint unsigned NOT NULL AUTO_INCREMENT,
  `first_name` varchar(45) NOT NULL,
  `last_name` varchar(45) CHARACTER SET latin1 COLLATE latin1_german2_ci NOT NULL COMMENT 'may be a stage name; it''s free, (really)',
  `gender` enum('f','m','x;','won''t say') DEFAULT NULL,
  `born` year DEFAULT NULL,
  `last_update` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  PRIMARY KEY (`performer_id`),
  KEY `idx_performer_last_name` (`last_name`(10))
) ENGINE=InnoDB AUTO_INCREMENT=201 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `performer`
--

LOCK TABLES `performer` WRITE;
/*!40000 ALTER TABLE `performer` DISABLE KEYS */;
INSERT INTO `performer` VALUES (1,'Zoë','O\'Neil; \"the\" (','f',1971,'2006-02-15 04:34:33'),(2,'CREATE TABLE `x` (a int);','back\\',NULL,NULL,'2006-02-15 04:34:33'),(3,'-- no','/* no',NULL,1999,'2006-02-15 04:34:33');
/*!40000 ALTER TABLE `performer` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `film`
--

DROP TABLE IF EXISTS `film`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `film` (
  `film_id` int unsigned NOT NULL AUTO_INCREMENT,
  `title` varchar(128) NOT NULL,
  `description` text,
  `release_year` year DEFAULT NULL,
  `language_id` tinyint unsigned NOT NULL,
  `original_language_id` tinyint unsigned DEFAULT NULL,
  `rental_duration` tinyint NOT NULL DEFAULT '3',
  `rental_rate` decimal(4,2) NOT NULL DEFAULT '4.99',
  `length` smallint unsigned DEFAULT NULL,
  `box_office` bigint unsigned DEFAULT NULL,
  `rating` enum('G','PG','PG-13','R','NC-17') DEFAULT 'G',
  `special_features` set('Trailers','Commentaries','Deleted Scenes','Behind; the scenes (') DEFAULT NULL,
  `digital` tinyint(1) NOT NULL DEFAULT '0',
  `score` float DEFAULT NULL,
  `score_exact` double DEFAULT NULL,
  `poster` mediumblob,
  `facts` json DEFAULT NULL,
  `title_upper` varchar(128) GENERATED ALWAYS AS (upper(`title`)) VIRTUAL,
  `studio` varchar(40) GENERATED ALWAYS AS (json_unquote(json_extract(`facts`,_utf8mb4'$.studio'))) STORED NOT NULL,
  `last_update` timestamp NULL DEFAULT NULL,
  PRIMARY KEY (`film_id`),
  UNIQUE KEY `uq_title_year` (`title`,`release_year`),
  KEY `idx_fk_language_id` (`language_id`),
  KEY `idx_upper` ((lower(`title`))),
  FULLTEXT KEY `ft_description` (`title`,`description`) /*!50100 WITH PARSER `ngram` */ ,
  CONSTRAINT `fk_film_language` FOREIGN KEY (`language_id`) REFERENCES `language` (`language_id`) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT `fk_film_language_original` FOREIGN KEY (`original_language_id`) REFERENCES `language` (`language_id`),
  CONSTRAINT `film_chk_1` CHECK ((`rental_rate` between 0 and 99)),
  CONSTRAINT `film_chk_2` CHECK ((`rental_duration` in (1,2,3,5,7))) /*!80016 NOT ENFORCED */
) ENGINE=InnoDB AUTO_INCREMENT=1001 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci ROW_FORMAT=DYNAMIC COMMENT='what is shown; one row a cut, it\'s said';
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Table structure for table `language`
--

DROP TABLE IF EXISTS `language`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `language` (
  `language_id` tinyint unsigned NOT NULL AUTO_INCREMENT,
  `name` char(20) NOT NULL,
  `iso` char(2) CHARACTER SET ascii COLLATE ascii_bin DEFAULT NULL,
  PRIMARY KEY (`language_id`),
  UNIQUE KEY `iso` (`iso`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Table structure for table `film_performer`
--

DROP TABLE IF EXISTS `film_performer`;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `film_performer` (
  `performer_id` smallint unsigned NOT NULL,
  `film_id` int unsigned NOT NULL,
  `billing` mediumint unsigned DEFAULT '0',
  `character` varchar(100) DEFAULT NULL,
  PRIMARY KEY (`performer_id`,`film_id`),
  KEY `idx_fk_film_id` (`film_id`) /*!80000 INVISIBLE */,
  CONSTRAINT `fk_fp_film` FOREIGN KEY (`film_id`) REFERENCES `film` (`film_id`) ON UPDATE CASCADE,
  CONSTRAINT `fk_fp_performer` FOREIGN KEY (`performer_id`) REFERENCES `performer` (`performer_id`) ON UPDATE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;

--
-- Table structure for table `house`
--

DROP TABLE IF EXISTS `house`;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `house` (
  `house_id` binary(16) NOT NULL DEFAULT (uuid_to_bin(uuid())),
  `name` varchar(60) NOT NULL DEFAULT '',
  `location` point NOT NULL /*!80003 SRID 4326 */,
  `area` geometry DEFAULT NULL,
  `opens` time DEFAULT '10:30:00',
  `opened_at` datetime(6) DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
  `is_open` bit(1) NOT NULL DEFAULT b'1',
  `flags` bit(8) DEFAULT b'0',
  `seats` int(5) unsigned zerofill DEFAULT NULL,
  `rent` double(16,4) DEFAULT NULL,
  `rate` float(7,3) DEFAULT NULL,
  `secret` varbinary(255) DEFAULT NULL /*!80023 INVISIBLE */,
  PRIMARY KEY (`house_id`),
  SPATIAL KEY `sp_location` (`location`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci /*!80016 ENCRYPTION='N' */;

--
-- Table structure for table `showing`
--

DROP TABLE IF EXISTS `showing`;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `showing` (
  `showing_id` bigint NOT NULL AUTO_INCREMENT,
  `shown_on` date NOT NULL,
  `film_id` int unsigned DEFAULT NULL,
  `price` decimal(6,2) unsigned DEFAULT '0.00',
  `tickets` int DEFAULT '0',
  PRIMARY KEY (`showing_id`,`shown_on`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci
/*!50100 PARTITION BY RANGE (year(`shown_on`))
SUBPARTITION BY HASH (dayofyear(`shown_on`))
SUBPARTITIONS 2
(PARTITION p2022 VALUES LESS THAN (2023) ENGINE = InnoDB,
 PARTITION p2023 VALUES LESS THAN (2024) ENGINE = InnoDB,
 PARTITION pmax VALUES LESS THAN MAXVALUE ENGINE = InnoDB) */;

--
-- Table structure for table `visit_log`
--

DROP TABLE IF EXISTS `visit_log`;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `visit_log` (
  `key` varchar(100) NOT NULL,
  `value` longtext,
  `primary` int DEFAULT NULL,
  `index` varchar(20) DEFAULT 'a,b',
  `check` tinyint(1) DEFAULT NULL,
  `unique` char(1) DEFAULT NULL,
  `constraint` tinytext,
  `strange``name` int DEFAULT NULL,
  `with space` datetime DEFAULT NULL,
  `größe` float DEFAULT NULL,
  UNIQUE KEY `k` (`key`),
  KEY `key` (`value`(20),`index`)
) ENGINE=MyISAM DEFAULT CHARSET=utf8mb3;

--
-- Temporary view structure for view `film_list`
--

DROP TABLE IF EXISTS `film_list`;
/*!50001 DROP VIEW IF EXISTS `film_list`*/;
SET @saved_cs_client     = @@character_set_client;
/*!50503 SET character_set_client = utf8mb4 */;
/*!50001 CREATE VIEW `film_list` AS SELECT 
 1 AS `FID`,
 1 AS `title`,
 1 AS `category`*/;
SET character_set_client = @saved_cs_client;

--
-- Dumping events for database 'cinema'
--

--
-- Dumping routines for database 'cinema'
--
/*!50003 DROP PROCEDURE IF EXISTS `tidy_up` */;
/*!50003 SET @saved_cs_client      = @@character_set_client */ ;
/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;
/*!50003 SET sql_mode              = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION' */ ;
DELIMITER ;;
CREATE DEFINER=`root`@`localhost` PROCEDURE `tidy_up`(IN days INT)
BEGIN
    -- it's inside a body; no table of the file
    CREATE TEMPORARY TABLE old_showing (showing_id bigint, shown_on date);
    INSERT INTO old_showing SELECT showing_id, shown_on FROM showing WHERE shown_on < NOW() - INTERVAL days DAY;
    IF days > 3 THEN
        DELETE FROM showing WHERE showing_id IN (SELECT showing_id FROM old_showing);
    END IF;
    DROP TABLE old_showing;
END ;;
DELIMITER ;
/*!50003 SET sql_mode              = @saved_sql_mode */ ;

DELIMITER ;;
/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`localhost`*/ /*!50003 TRIGGER `film_au` AFTER UPDATE ON `film` FOR EACH ROW BEGIN
  IF OLD.title != NEW.title THEN INSERT INTO visit_log (`key`) VALUES (NEW.title); END IF;
END */;;
DELIMITER ;

--
-- Final view structure for view `film_list`
--

/*!50001 DROP VIEW IF EXISTS `film_list`*/;
/*!50001 SET @saved_cs_client          = @@character_set_client */;
/*!50001 CREATE ALGORITHM=UNDEFINED */
/*!50013 DEFINER=`root`@`localhost` SQL SECURITY DEFINER */
/*!50001 VIEW `film_list` AS select `film`.`film_id` AS `FID`,`film`.`title` AS `title` from `film` */;
/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;

/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;
/*!40014 SET FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS */;
/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;

-- Dump completed on 2024-03-01 12:34:56
