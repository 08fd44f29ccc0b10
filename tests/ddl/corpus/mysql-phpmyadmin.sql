-- phpMyAdmin SQL Dump
-- version 5.2.1
-- https://www.phpmyadmin.net/
--
-- Hôte : 127.0.0.1
-- Généré le : ven. 01 mars 2024 à 09:15
-- Version du serveur : 10.4.28-MariaDB
-- Version de PHP : 8.2.4

SET SQL_MODE = "NO_AUTO_VALUE_ON_ZERO";
START TRANSACTION;
SET time_zone = "+00:00";


/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET NAMES utf8mb4 */;

--
-- Base de données : `boutique`
--
CREATE DATABASE IF NOT EXISTS `boutique` DEFAULT CHARACTER SET latin1 COLLATE latin1_swedish_ci;
USE `boutique`;

-- --------------------------------------------------------

--
-- Structure de la table `categorie`
--
-- Création : jeu. 29 fév. 2024 à 10:00
-- Dernière modification : jeu. 29 fév. 2024 à 10:00
--

DROP TABLE IF EXISTS `categorie`;
CREATE TABLE `categorie` (
  `id` int(11) NOT NULL,
  `libellé` varchar(80) NOT NULL,
  `parent_id` int(11) DEFAULT NULL,
  `ordre` smallint(6) NOT NULL DEFAULT 0
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

--
-- RELATIONS POUR LA TABLE `categorie`:
--   `parent_id`
--       `categorie` -> `id`
--

--
-- Déchargement des données de la table `categorie`
--

INSERT INTO `categorie` (`id`, `libellé`, `parent_id`, `ordre`) VALUES
(1, 'Jouets d\'été; plage', NULL, 0),
(2, 'Hiver (neige', 1, 1),
(3, 'ALTER TABLE `categorie` ADD x int;', NULL, 2);

-- --------------------------------------------------------

--
-- Structure de la table `client`
--

CREATE TABLE `client` (
  `id` int(10) UNSIGNED NOT NULL,
  `prénom` varchar(50) DEFAULT NULL,
  `nom` varchar(50) NOT NULL,
  `courriel` varchar(191) NOT NULL,
  `mot_de_passe` char(60) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `sexe` enum('M','F','Autre; précisé') NOT NULL DEFAULT 'F',
  `options` set('pub','lettre; hebdo','sms') DEFAULT NULL,
  `points` mediumint(9) NOT NULL DEFAULT 0,
  `solde` decimal(10,2) NOT NULL DEFAULT 0.00,
  `actif` tinyint(1) NOT NULL DEFAULT 1,
  `né_le` date DEFAULT NULL,
  `créé_le` datetime NOT NULL DEFAULT current_timestamp(),
  `modifié_le` timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp(),
  `photo` longblob DEFAULT NULL,
  `notes` text DEFAULT NULL COMMENT 'd''où il vient; pourquoi (ou non)'
) ENGINE=InnoDB DEFAULT CHARSET=latin1 COMMENT='les clients, ceux d\'avant aussi';

-- --------------------------------------------------------

--
-- Structure de la table `commande`
--

CREATE TABLE `commande` (
  `id` bigint(20) UNSIGNED NOT NULL,
  `client_id` int(10) UNSIGNED NOT NULL,
  `référence` varchar(20) NOT NULL,
  `état` tinyint(3) UNSIGNED NOT NULL DEFAULT 0,
  `total` double NOT NULL DEFAULT 0,
  `taux` float DEFAULT 0.2,
  `livrée` date DEFAULT NULL,
  `à` time DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

-- --------------------------------------------------------

--
-- Structure de la table `ligne`
--

CREATE TABLE `ligne` (
  `commande_id` bigint(20) UNSIGNED NOT NULL,
  `n°` smallint(5) UNSIGNED NOT NULL,
  `article` varchar(30) NOT NULL,
  `qté` int(11) NOT NULL DEFAULT 1,
  `prix` decimal(8,3) DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

-- --------------------------------------------------------

--
-- Structure de la table `wp_options`
--

CREATE TABLE `wp_options` (
  `option_id` bigint(20) UNSIGNED NOT NULL,
  `option_name` varchar(191) NOT NULL DEFAULT '',
  `option_value` longtext NOT NULL,
  `autoload` varchar(20) NOT NULL DEFAULT 'yes'
) ENGINE=MyISAM DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- --------------------------------------------------------

--
-- Doublure de structure pour la vue `v_clients`
-- (Voir ci-dessous la vue réelle)
--
DROP VIEW IF EXISTS `v_clients`;
CREATE TABLE `v_clients` (
`id` int(10) unsigned
,`nom` varchar(50)
,`total` double
);

-- --------------------------------------------------------

--
-- Structure de la table `journal`
--

CREATE TABLE `journal` (
  `quand` datetime(3) NOT NULL,
  `qui` varchar(50) DEFAULT NULL,
  `quoi` mediumtext DEFAULT NULL,
  `détails` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL CHECK (json_valid(`détails`))
) ENGINE=Aria DEFAULT CHARSET=latin1 PAGE_CHECKSUM=1;

-- --------------------------------------------------------

--
-- Structure de la vue `v_clients`
--
DROP TABLE IF EXISTS `v_clients`;

CREATE ALGORITHM=UNDEFINED DEFINER=`root`@`localhost` SQL SECURITY DEFINER VIEW `v_clients` AS SELECT `c`.`id` AS `id`, `c`.`nom` AS `nom`, sum(`o`.`total`) AS `total` FROM (`client` `c` join `commande` `o` on(`o`.`client_id` = `c`.`id`)) GROUP BY `c`.`id` ;

--
-- Index pour les tables déchargées
--

--
-- Index pour la table `categorie`
--
ALTER TABLE `categorie`
  ADD PRIMARY KEY (`id`),
  ADD KEY `parent_id` (`parent_id`);

--
-- Index pour la table `client`
--
ALTER TABLE `client`
  ADD PRIMARY KEY (`id`),
  ADD UNIQUE KEY `courriel` (`courriel`),
  ADD KEY `nom` (`nom`,`prénom`(5));
ALTER TABLE `client` ADD FULLTEXT KEY `notes` (`notes`);

--
-- Index pour la table `commande`
--
ALTER TABLE `commande`
  ADD PRIMARY KEY (`id`),
  ADD UNIQUE KEY `référence` (`référence`,`état`) USING BTREE,
  ADD KEY `fk_client` (`client_id`);

--
-- Index pour la table `ligne`
--
ALTER TABLE `ligne`
  ADD PRIMARY KEY (`commande_id`,`n°`);

--
-- Index pour la table `wp_options`
--
ALTER TABLE `wp_options`
  ADD PRIMARY KEY (`option_id`),
  ADD UNIQUE KEY `option_name` (`option_name`),
  ADD KEY `autoload` (`autoload`);

--
-- AUTO_INCREMENT pour les tables déchargées
--

--
-- AUTO_INCREMENT pour la table `categorie`
--
ALTER TABLE `categorie`
  MODIFY `id` int(11) NOT NULL AUTO_INCREMENT, AUTO_INCREMENT=4;

--
-- AUTO_INCREMENT pour la table `client`
--
ALTER TABLE `client`
  MODIFY `id` int(10) UNSIGNED NOT NULL AUTO_INCREMENT COMMENT 'ajouté; par phpMyAdmin';

ALTER TABLE `commande`
  MODIFY `id` bigint(20) UNSIGNED NOT NULL AUTO_INCREMENT, AUTO_INCREMENT=77;

--
-- Contraintes pour les tables déchargées
--

--
-- Contraintes pour la table `categorie`
--
ALTER TABLE `categorie`
  ADD CONSTRAINT `categorie_ibfk_1` FOREIGN KEY (`parent_id`) REFERENCES `categorie` (`id`) ON DELETE SET NULL;

ALTER TABLE `commande`
  ADD CONSTRAINT `fk_client` FOREIGN KEY (`client_id`) REFERENCES `client` (`id`) ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE `ligne`
  ADD CONSTRAINT `fk_commande` FOREIGN KEY (`commande_id`) REFERENCES `commande` (`id`);
COMMIT;

/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;
