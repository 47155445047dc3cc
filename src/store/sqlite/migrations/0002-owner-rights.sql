-- What the owner's rights need: echoes, rotated keys, erasures and what is signed about them.

-- Which rows a retrieval has shown to a thread: 16 bytes a row, one after the other.
CREATE TABLE served (
  vault BLOB NOT NULL,
  thread_tag BLOB NOT NULL,
  at INTEGER NOT NULL,
  retrieval BLOB NOT NULL,
  rows BLOB NOT NULL,
  PRIMARY KEY (vault, thread_tag, at, retrieval)
) STRICT, WITHOUT ROWID;

CREATE INDEX served_at ON served (at);

-- What each retrieval has shown to whom: 16 bytes a row, one after the other.
CREATE TABLE reads (
  vault BLOB NOT NULL,
  grant_id BLOB NOT NULL,
  retrieval BLOB NOT NULL,
  at INTEGER NOT NULL,
  rows BLOB NOT NULL,
  PRIMARY KEY (vault, grant_id, retrieval)
) STRICT, WITHOUT ROWID;

CREATE INDEX reads_at ON reads (at);

-- Collections whose row keys are being wrapped under a newer key.
CREATE TABLE rewraps (
  vault BLOB NOT NULL,
  collection BLOB NOT NULL,
  epoch INTEGER NOT NULL,
  -- empty before the first row
  after_row BLOB NOT NULL,
  -- null until every row is done, then empty before the first receipt
  after_receipt BLOB,
  done_at INTEGER,
  PRIMARY KEY (vault, collection, epoch)
) STRICT, WITHOUT ROWID;

CREATE INDEX rewraps_pending ON rewraps (vault) WHERE done_at IS NULL;

-- Erasures by the event that ordered them; done once nothing is left on the disk.
CREATE TABLE erasures (
  vault BLOB NOT NULL,
  seq INTEGER NOT NULL,
  done_at INTEGER,
  PRIMARY KEY (vault, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX erasures_pending ON erasures (vault) WHERE done_at IS NULL;

CREATE TABLE certificates (
  vault BLOB NOT NULL,
  id BLOB NOT NULL,
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  log_index INTEGER NOT NULL,
  envelope BLOB NOT NULL,
  PRIMARY KEY (vault, id)
) STRICT;
