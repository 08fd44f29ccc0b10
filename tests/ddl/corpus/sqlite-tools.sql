BEGIN TRANSACTION;
CREATE TABLE IF NOT EXISTS "member" (
	"id"	INTEGER NOT NULL UNIQUE,
	"name"	TEXT NOT NULL DEFAULT 'x; y',
	"born"	DATE,
	"fee"	NUMERIC DEFAULT 0,
	"photo"	BLOB,
	"club_id"	INTEGER,
	PRIMARY KEY("id" AUTOINCREMENT),
	FOREIGN KEY("club_id") REFERENCES "club"("id")
);
CREATE TABLE IF NOT EXISTS "club" (
	"id"	INTEGER,
	"title"	TEXT COLLATE NOCASE CHECK(length("title") > 0 AND typeof("title") = 'text'),
	"code"	TEXT GENERATED ALWAYS AS (upper(substr("title", 1, 3))) STORED,
	PRIMARY KEY("id")
);
INSERT INTO "member" VALUES (1,'it''s; "me"',NULL,0,X'00FF27',NULL);
CREATE INDEX IF NOT EXISTS "by_name" ON "member" (
	"name"	ASC
);
CREATE UNIQUE INDEX IF NOT EXISTS "club_title" ON "club" ("title" COLLATE NOCASE, "code"	DESC);
COMMIT;

CREATE TABLE IF NOT EXISTS `room_user` (`id` INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, `first_name` TEXT, `age` INTEGER NOT NULL DEFAULT 18, `picture` BLOB, `club` INTEGER, FOREIGN KEY(`club`) REFERENCES `club`(`id`) ON UPDATE NO ACTION ON DELETE CASCADE );
CREATE UNIQUE INDEX IF NOT EXISTS `index_room_user_first_name_age` ON `room_user` (`first_name`, `age`);
CREATE TABLE IF NOT EXISTS room_master_table (id INTEGER PRIMARY KEY,identity_hash TEXT);
INSERT OR REPLACE INTO room_master_table (id,identity_hash) VALUES(42, 'a1b2c3');

CREATE TABLE "__Migrations" (
    "MigrationId" TEXT NOT NULL CONSTRAINT "PK___Migrations" PRIMARY KEY,
    "ProductVersion" TEXT NOT NULL
);
CREATE TABLE "Posts" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_Posts" PRIMARY KEY AUTOINCREMENT,
    "Title" TEXT NULL,
    "Rating" REAL NOT NULL,
    "BlogId" INTEGER NOT NULL,
    CONSTRAINT "FK_Posts_room_user_BlogId" FOREIGN KEY ("BlogId") REFERENCES "room_user" ("id") ON DELETE CASCADE
);

CREATE TABLE ZPERSON ( Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER, ZBORN TIMESTAMP, ZNAME VARCHAR, ZDATA BLOB, ZWEIGHT DECIMAL );
create table cards (
  id integer primary key,        -- epoch; in ms
  nid integer not null,          -- it's the note's id
  ord integer not null,          /* which (template) */
  data text not null             -- unused, so far
);

-- the words of constraints and types as names of columns
CREATE TABLE names_of_words (
  date DATE, time TIME, timestamp TIMESTAMP, text TEXT, blob BLOB, key TEXT NOT NULL, value, type TEXT, action TEXT, [index] INT,
  [primary] INT, [unique] INT, [check] INT, [constraint] INT, [foreign] INT, generated TEXT, always INT, stored INT, virtual TEXT,
  conflict TEXT, rowid_no INT, "without" TEXT, no INT, asc_no INT, "default" INT DEFAULT -1, "collate" TEXT, "references" TEXT, "not" TEXT, "null" TEXT,
  year INT, real REAL, integer INTEGER, numeric NUMERIC, level INT, abort TEXT, cascade TEXT, "as" INT, "in" INT,
  PRIMARY KEY (key, no), UNIQUE ([unique]), CHECK ([check] > 0)
);

CREATE TABLE odd_defaults (
  a TEXT DEFAULT 'it''s, (',
  b TEXT DEFAULT "x, y)",
  c INTEGER DEFAULT +5,
  d REAL DEFAULT -1.5e-3,
  e BLOB DEFAULT x'53514C',
  f TEXT DEFAULT (CASE WHEN 1 THEN 'a,b' ELSE 'c)' END),
  g DATETIME DEFAULT CURRENT_TIMESTAMP,
  h BOOLEAN DEFAULT TRUE CHECK (h IN (0, 1)),
  i TEXT CONSTRAINT i_not_null NOT NULL ON CONFLICT FAIL CONSTRAINT i_u UNIQUE ON CONFLICT IGNORE CONSTRAINT i_glob CHECK (i GLOB '[a-z;]*'),
  j DECIMAL(10,2) NULL,
  k VARCHAR(20) COLLATE BINARY NOT NULL DEFAULT ''
);
