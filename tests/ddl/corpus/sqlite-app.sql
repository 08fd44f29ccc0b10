-- Schema of the field app. It's applied on the phone; don't add engines' own types!
/* v3: CREATE TABLE old (id INTEGER);  -- gone since; see #12 */
PRAGMA encoding = 'UTF-8';
PRAGMA journal_mode = WAL;
.mode csv
.import data/species.csv species
ATTACH DATABASE 'archive.db' AS archive;

DROP TABLE IF EXISTS "Order Details";
DROP TABLE IF EXISTS species;

CREATE TABLE [Order Details] (
    [Order ID]   INTEGER NOT NULL,
    [Product ID] INTEGER NOT NULL,
    [Unit Price] NUMERIC NOT NULL DEFAULT 0,
    [Quantity]   SMALLINT NOT NULL DEFAULT (1),
    [Discount]   REAL NOT NULL DEFAULT 0,
    CONSTRAINT [PK_Order Details] PRIMARY KEY ([Order ID], [Product ID]),
    CONSTRAINT [FK order] FOREIGN KEY ([Order ID]) REFERENCES [Sales Orders] ([Order ID]) ON UPDATE CASCADE,
    CHECK ([Discount] >= 0 AND [Discount] <= 1),
    CHECK ([Quantity] > 0)
);

CREATE TABLE `Sales Orders` (
    `Order ID`  INTEGER PRIMARY KEY AUTOINCREMENT,
    "Customer"  CHARACTER(5),
    Ordered     TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    "Ship Via"  INT,
    Freight     DECIMAL(12,4) DEFAULT 0,
    'Ship Name' VARCHAR(40),
    "group"     TEXT,
    "Straße"    TEXT,
    "注文"       CLOB
);

CREATE TABLE IF NOT EXISTS species (
    species_id  INTEGER PRIMARY KEY,
    latin       TEXT NOT NULL UNIQUE COLLATE NOCASE,
    common      TEXT DEFAULT "no name; (yet)",
    red_list    TEXT CHECK (red_list IN ('LC', 'NT', 'VU', 'it''s gone')),
    mass_g      DOUBLE PRECISION,
    wings       TINYINT,
    legs        INT2,
    extinct     BOOL NOT NULL DEFAULT FALSE,
    found_on    DATE,
    dna         BLOB
);

CREATE TABLE observation (
    id           TEXT PRIMARY KEY DEFAULT (lower(hex(randomblob(16)))),
    species_id   INTEGER NOT NULL,
    seen_at      DATETIME NOT NULL,
    observer     VARYING CHARACTER(255),
    place        NATIVE CHARACTER(70),
    count        UNSIGNED INTEGER,
    lat          REAL,
    lon          REAL,
    data         JSON,
    day          DATE GENERATED ALWAYS AS (date(seen_at)) VIRTUAL,
    kind         TEXT AS (json_extract(data, '$.kind')) STORED,
    CONSTRAINT fk_species
        FOREIGN KEY (species_id) REFERENCES species (species_id)
        ON DELETE RESTRICT ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT coordinates CHECK (lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180)
);
CREATE UNIQUE INDEX IF NOT EXISTS observation_uq ON observation (species_id, seen_at DESC, observer COLLATE NOCASE);

CREATE TABLE measurement (
    observation_id TEXT NOT NULL,
    name TEXT NOT NULL,
    value ANY,
    unit TEXT,
    taken INTEGER DEFAULT (unixepoch()),
    PRIMARY KEY (observation_id, name)
    FOREIGN KEY (observation_id) REFERENCES observation (id)
) STRICT, WITHOUT ROWID;

create table sync_log(
  seq integer primary key desc,
  at timestamp default (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  what, -- anything; really
  ok bool default true, size int8, note varchar(20) default 'a, b',
  ratio float4
);

CREATE TEMP TABLE picked (id TEXT, UNIQUE (id));
CREATE TEMPORARY TABLE IF NOT EXISTS picked_twice (id TEXT, n INTEGER);
DROP TABLE picked_twice;

CREATE TABLE archive.observation_old (
    id TEXT NOT NULL,
    year INTEGER NOT NULL,
    body TEXT,
    PRIMARY KEY (id, year DESC) ON CONFLICT IGNORE
);

CREATE TABLE fts_shadow (segid, term, pgno, PRIMARY KEY (segid, term)) WITHOUT ROWID;

CREATE TABLE note (
    "note_id"  INTEGER NOT NULL PRIMARY KEY CHECK ("note_id" > 0),
    "text"     TEXT NOT NULL,
    "key"      TEXT NOT NULL DEFAULT 'k',
    "index"    INTEGER,
    "a""b"     TEXT,
    "x.y"      INTEGER,
    made       DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
    parent     INTEGER CONSTRAINT note_parent REFERENCES note ON DELETE SET NULL
);
ALTER TABLE note ADD COLUMN done BOOLEAN NOT NULL DEFAULT 0;
ALTER TABLE note ADD pinned INTEGER;
ALTER TABLE note RENAME COLUMN "index" TO position;

CREATE TRIGGER note_au AFTER UPDATE OF "text" ON note FOR EACH ROW BEGIN
    INSERT INTO sync_log (what) VALUES ('note;' || old.note_id);
    SELECT RAISE(ABORT, 'it''s locked; sorry') WHERE new.done = 1;
END;

INSERT INTO species (latin, common) VALUES ('Turdus merula', 'blackbird; "Amsel"'), ('x', 'it''s (');
CREATE TABLE device (device_id GUID PRIMARY KEY, name NVARCHAR(50) NOT NULL, os TEXT, first_seen DATETIME, rate NUMERIC(7,3));
CREATE TABLE device_observation (device_id GUID NOT NULL REFERENCES device(device_id), observation_id TEXT NOT NULL REFERENCES observation, PRIMARY KEY (device_id, observation_id));
CREATE TABLE country (code CHAR(2) PRIMARY KEY NOT NULL, name TEXT NOT NULL, population BIGINT, area MEDIUMINT, gdp DECIMAL(20,2));
CREATE TABLE "città" ("città id" INTEGER PRIMARY KEY, code CHAR(2) NOT NULL DEFAULT 'IT' REFERENCES country (code), "nome" VARCHAR(80));
VACUUM;
