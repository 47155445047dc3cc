-- Which head of a vault the log has a salted leaf of. The salt opens it to whoever may read the vault's head.
CREATE TABLE logged_heads (
  vault BLOB NOT NULL,
  seq INTEGER NOT NULL,
  hash BLOB NOT NULL,
  salt BLOB NOT NULL,
  at INTEGER NOT NULL,
  log_index INTEGER NOT NULL,
  PRIMARY KEY (vault, seq)
) STRICT, WITHOUT ROWID;
