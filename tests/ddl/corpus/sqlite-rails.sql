CREATE TABLE IF NOT EXISTS "schema_migrations" ("version" varchar NOT NULL PRIMARY KEY);
CREATE TABLE IF NOT EXISTS "ar_internal_metadata" ("key" varchar NOT NULL PRIMARY KEY, "value" varchar, "created_at" datetime(6) NOT NULL, "updated_at" datetime(6) NOT NULL);
CREATE TABLE IF NOT EXISTS "users" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "email" varchar DEFAULT '' NOT NULL, "encrypted_password" varchar(128) DEFAULT '' NOT NULL, "sign_in_count" integer(4) DEFAULT 0 NOT NULL, "admin" boolean DEFAULT 0, "balance" decimal(10,2) DEFAULT '0.0', "score" double, "born_on" date, "avatar" blob, "settings" json DEFAULT '{}', "bio" text DEFAULT 'it''s empty; (yet)', "last_seen_at" datetime(6) DEFAULT NULL, "created_at" datetime(6) NOT NULL, "updated_at" datetime(6) NOT NULL);
CREATE TABLE sqlite_sequence(name,seq);
CREATE UNIQUE INDEX "index_users_on_email" ON "users" ("email") /*application='Forum'*/;
CREATE TABLE IF NOT EXISTS "forums" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "name" varchar(255) NOT NULL COLLATE "NOCASE", "position" integer, "order" integer DEFAULT 0, "group" varchar, "parent_id" bigint DEFAULT NULL, CONSTRAINT "fk_rails_0a1b2c3d4e"
FOREIGN KEY ("parent_id")
  REFERENCES "forums" ("id")
);
CREATE TABLE IF NOT EXISTS "posts" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "forum_id" integer NOT NULL, "user_id" integer NOT NULL, "title" varchar NOT NULL, "body" text NOT NULL, "at" time, "views" bigint DEFAULT 0 NOT NULL, "created_at" datetime(6) NOT NULL, CONSTRAINT "fk_rails_5b5ddfd518"
FOREIGN KEY ("user_id")
  REFERENCES "users" ("id")
, CONSTRAINT "fk_rails_6b6ddfd519"
FOREIGN KEY ("forum_id")
  REFERENCES "forums" ("id")
 ON DELETE CASCADE, CONSTRAINT views_not_negative CHECK (views >= 0));
CREATE INDEX "index_posts_on_user_id" ON "posts" ("user_id");
CREATE UNIQUE INDEX "index_posts_on_forum_id_and_title" ON "posts" ("forum_id", "title");
CREATE UNIQUE INDEX "index_posts_pinned" ON "posts" ("forum_id") WHERE views > 100;
CREATE TABLE IF NOT EXISTS "forums_users" ("forum_id" integer NOT NULL, "user_id" integer NOT NULL);
CREATE UNIQUE INDEX "index_forums_users" ON "forums_users" ("forum_id", "user_id");
CREATE TABLE IF NOT EXISTS "django_like_session" ("session_key" varchar(40) NOT NULL PRIMARY KEY, "session_data" text NOT NULL, "expire_date" datetime NOT NULL);
CREATE TABLE IF NOT EXISTS "django_like_entry" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "action_flag" smallint NOT NULL CHECK ("action_flag" >= 0), "object_repr" varchar(200) NOT NULL, "user_id" integer NOT NULL REFERENCES "users" ("id") DEFERRABLE INITIALLY DEFERRED, "price" decimal NOT NULL, "data" text NOT NULL CHECK ((JSON_VALID("data") OR "data" IS NULL)), "added" datetime NOT NULL, "uuid" char(32) NOT NULL UNIQUE);
CREATE VIEW active_users AS SELECT * FROM users WHERE last_seen_at > datetime('now', '-1 day')
/* active_users(id,email,encrypted_password) */;
INSERT INTO "schema_migrations" (version) VALUES
('20240124031723'),
('20240123211321');

