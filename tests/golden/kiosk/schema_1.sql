-- The kiosk's database as schema 1 made it: kept to show that every later program takes such a folder over whole.
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'kiosk','first','2026-11-14 09:12:41.560713+00:00');
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE TABLE allocation_requests (request TEXT PRIMARY KEY, event TEXT NOT NULL UNIQUE, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE blocks (allocation TEXT PRIMARY KEY, secret BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE journal (seq INTEGER PRIMARY KEY, data BLOB NOT NULL, signature BLOB NOT NULL, hash BLOB NOT NULL) STRICT;
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE orders (validation TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE, seq INTEGER NOT NULL, line INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE print_jobs ("order" TEXT, copy INTEGER, state TEXT NOT NULL, detail TEXT NOT NULL, updated INTEGER NOT NULL, PRIMARY KEY ("order", copy)) STRICT, WITHOUT ROWID;
PRAGMA user_version = 1;
