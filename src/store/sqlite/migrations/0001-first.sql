-- What a service keeps. Keys begin with the vault; a vault is 32 bytes, an id 16, a hash 32, an instant integer milliseconds.
-- Tables whose records are wide keep SQLite's own row order, which fills pages in the order of writing; narrow ones are their own index.

CREATE TABLE vaults (
  vault BLOB NOT NULL PRIMARY KEY,
  head_seq INTEGER NOT NULL,
  head_hash BLOB NOT NULL,
  head_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
  vault BLOB NOT NULL,
  seq INTEGER NOT NULL,
  hash BLOB NOT NULL,
  stored BLOB NOT NULL,
  beside BLOB,
  PRIMARY KEY (vault, seq)
) STRICT;

-- One index serves reading a collection in order and, through the vault's few collections, looking up one version.
CREATE TABLE versions (
  vault BLOB NOT NULL,
  collection BLOB NOT NULL,
  row_id BLOB NOT NULL,
  version INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  wrap_epoch INTEGER NOT NULL,
  wrapped_key BLOB NOT NULL,
  commitment BLOB NOT NULL,
  header BLOB NOT NULL,
  sealed_text BLOB NOT NULL,
  PRIMARY KEY (vault, collection, row_id, version)
) STRICT;

CREATE TABLE row_states (
  vault BLOB NOT NULL,
  row_id BLOB NOT NULL,
  version INTEGER NOT NULL,
  -- 0 active, 1 background, 2 dormant
  tier INTEGER NOT NULL,
  active_until INTEGER NOT NULL,
  background_until INTEGER NOT NULL,
  due_at INTEGER,
  PRIMARY KEY (vault, row_id)
) STRICT, WITHOUT ROWID;

-- Only what can still fall, so that the demotion job reads what is due and nothing else.
CREATE INDEX row_states_due ON row_states (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE grants (
  vault BLOB NOT NULL,
  grant_id BLOB NOT NULL,
  PRIMARY KEY (vault, grant_id)
) STRICT, WITHOUT ROWID;

-- A token names its grant alone; no two vaults may share one.
CREATE UNIQUE INDEX grants_vault ON grants (grant_id);

CREATE TABLE boxes (
  vault BLOB NOT NULL,
  -- empty for the owner's own
  grant_id BLOB NOT NULL,
  collection BLOB NOT NULL,
  epoch INTEGER NOT NULL,
  box BLOB NOT NULL,
  PRIMARY KEY (vault, grant_id, collection, epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE retrievals (
  vault BLOB NOT NULL,
  id BLOB NOT NULL,
  grant_id BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (vault, id)
) STRICT;

CREATE INDEX retrievals_expiry ON retrievals (expires_at);

CREATE TABLE receipts (
  vault BLOB NOT NULL,
  id BLOB NOT NULL,
  retrieval BLOB NOT NULL,
  grant_id BLOB NOT NULL,
  issued_at INTEGER NOT NULL,
  log_index INTEGER NOT NULL,
  thread_tag BLOB,
  sealed BLOB NOT NULL,
  PRIMARY KEY (vault, id)
) STRICT;

-- One receipt an inference.
CREATE UNIQUE INDEX receipts_retrieval ON receipts (vault, retrieval);
CREATE INDEX receipts_grant ON receipts (vault, grant_id, id);
CREATE INDEX receipts_thread ON receipts (vault, thread_tag, id) WHERE thread_tag IS NOT NULL;

CREATE TABLE receipt_rows (
  vault BLOB NOT NULL,
  receipt BLOB NOT NULL,
  position INTEGER NOT NULL,
  row_id BLOB NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (vault, receipt, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX receipt_rows_row ON receipt_rows (vault, row_id, receipt);

CREATE TABLE idempotency (
  vault BLOB NOT NULL,
  grant_id BLOB NOT NULL,
  request_key BLOB NOT NULL,
  request_mac BLOB NOT NULL,
  -- a JSON array of ids
  result_ids TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (vault, grant_id, request_key)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_expiry ON idempotency (expires_at);

-- Of the service, not of a vault.

CREATE TABLE log (
  id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  size INTEGER NOT NULL,
  root BLOB NOT NULL,
  checkpoint TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;

-- Level -1 holds entry bundles.
CREATE TABLE tiles (
  level INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (level, idx)
) STRICT, WITHOUT ROWID;

CREATE TABLE job_runs (
  job TEXT NOT NULL,
  tick INTEGER NOT NULL,
  worker TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  claimed_at INTEGER NOT NULL,
  finished_at INTEGER,
  outcome TEXT NOT NULL,
  report TEXT,
  PRIMARY KEY (job, tick)
) STRICT, WITHOUT ROWID;

CREATE TABLE meta (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
