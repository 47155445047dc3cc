-- Vaults that are brought here from another service.

-- The log's proof as that service gave it out: its log is another one.
ALTER TABLE receipts ADD COLUMN proof TEXT;
ALTER TABLE certificates ADD COLUMN proof TEXT;

-- An import under way. What it has brought lies in the tables that it belongs in, under stage_key: for a vault that is not here that is its own
-- id, which nobody sees while it is not in vaults.
CREATE TABLE imports (
  vault BLOB NOT NULL PRIMARY KEY,
  id BLOB NOT NULL,
  stage_key BLOB NOT NULL,
  -- null for a vault that is not here
  base_seq INTEGER,
  begun_at INTEGER NOT NULL,
  touched_at INTEGER NOT NULL,
  -- how many pieces have come
  pieces INTEGER NOT NULL,
  request BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Row states, which the demotion job must not see before the end.
CREATE TABLE import_rows (
  vault BLOB NOT NULL,
  row_id BLOB NOT NULL,
  version INTEGER NOT NULL,
  tier INTEGER NOT NULL,
  active_until INTEGER NOT NULL,
  background_until INTEGER NOT NULL,
  due_at INTEGER,
  PRIMARY KEY (vault, row_id)
) STRICT, WITHOUT ROWID;

-- What counts only once the import has ended, as JSON.
CREATE TABLE import_notes (
  vault BLOB NOT NULL,
  piece INTEGER NOT NULL,
  position INTEGER NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (vault, piece, position)
) STRICT, WITHOUT ROWID;
