-- Evidence that came after its receipt, in the order in which it went into the log.
CREATE TABLE addenda (
  vault BLOB NOT NULL,
  receipt BLOB NOT NULL,
  number INTEGER NOT NULL,
  id BLOB NOT NULL,
  at INTEGER NOT NULL,
  log_index INTEGER NOT NULL,
  -- the statement and how it was judged, under the vault's key
  sealed BLOB NOT NULL,
  -- the artefact with its salt, under the vault's key; empty once it has been erased
  evidence BLOB NOT NULL,
  -- the log's proof as another service gave it out, in whose log log_index is
  proof TEXT,
  PRIMARY KEY (vault, receipt, number)
) STRICT;

CREATE UNIQUE INDEX addenda_id ON addenda (vault, id);

-- What is pending, and when it is looked at again.
CREATE TABLE evidence_due (
  vault BLOB NOT NULL,
  receipt BLOB NOT NULL,
  number INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  -- how many times it has been looked at
  looks INTEGER NOT NULL,
  PRIMARY KEY (vault, receipt, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX evidence_due_at ON evidence_due (due_at);
CREATE INDEX evidence_due_in ON evidence_due (vault, due_at);

-- Which receipts name a model label: a keyed hash of it.
CREATE TABLE receipt_labels (
  vault BLOB NOT NULL,
  label_tag BLOB NOT NULL,
  receipt BLOB NOT NULL,
  PRIMARY KEY (vault, label_tag, receipt)
) STRICT, WITHOUT ROWID;
