PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE artist
(
    artist_id INTEGER  NOT NULL,
    name NVARCHAR(120),
    CONSTRAINT pk_artist PRIMARY KEY  (artist_id)
);
INSERT INTO artist VALUES(1,'AC/DC; the "band"');
INSERT INTO artist VALUES(2,'O''Connor (Sinéad');
INSERT INTO artist VALUES(3,replace('line\nbreak; CREATE TABLE no_table (a int)','\n',char(10)));
CREATE TABLE IF NOT EXISTS "record"
(
    [record_id] INTEGER  NOT NULL PRIMARY KEY AUTOINCREMENT,
    [title] NVARCHAR(160)  NOT NULL,
    [artist_id] INTEGER  NOT NULL,
    [released] DATE,
    FOREIGN KEY ([artist_id]) REFERENCES "artist" ([artist_id])
		ON DELETE NO ACTION ON UPDATE NO ACTION
);
CREATE TABLE 'song' (
    'song_id' INTEGER PRIMARY KEY,
    'record_id' INTEGER REFERENCES record(record_id) ON DELETE CASCADE,
    'name' NVARCHAR(200) NOT NULL,
    'unit_price' NUMERIC(10,2) NOT NULL DEFAULT 0.99,
    'bytes' BIGINT,
    'ms' INTEGER NOT NULL CHECK ('ms' <> '' OR ms > 0)
);
CREATE TABLE playlist_song(playlist_id INTEGER NOT NULL,song_id INTEGER NOT NULL REFERENCES song,PRIMARY KEY(playlist_id,song_id)) WITHOUT ROWID;
CREATE TABLE settings(k PRIMARY KEY, v) WITHOUT ROWID;
INSERT INTO settings VALUES('theme','{"a": "b;c"}');
CREATE TABLE invoice (
	invoice_id integer primary key asc,
	customer text collate nocase not null on conflict abort,
	country char(2) default 'US' check (length(country) = 2),
	issued datetime not null default (datetime('now', 'localtime')),
	total real default 0.0,
	vat decimal(10, 5) default -1,
	paid boolean not null default false,
	pdf blob,
	total_cents integer generated always as (cast(total * 100 as integer)) stored,
	label text as (customer || ' -- ' || country) virtual,
	unique (customer, issued) on conflict replace
	check (total >= 0)
);
ANALYZE sqlite_schema;
INSERT INTO sqlite_stat1 VALUES('artist',NULL,'3');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('record',347);
CREATE VIEW v_song AS SELECT s.name AS "name; of song", r.title FROM song s JOIN record r USING (record_id);
CREATE TRIGGER invoice_ai AFTER INSERT ON invoice
WHEN new.total > 100
BEGIN
  INSERT INTO settings VALUES('last', 'it''s big; ' || new.total);
  UPDATE invoice SET paid = CASE WHEN new.total > 1000 THEN 0 ELSE paid END WHERE invoice_id = new.invoice_id;
END;
CREATE UNIQUE INDEX record_title ON record(title, artist_id);
CREATE UNIQUE INDEX artist_lower ON artist(lower(name));
CREATE UNIQUE INDEX song_unpaid ON song(name) WHERE unit_price > 0;
CREATE INDEX ix_song_record ON song (record_id);
COMMIT;
