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

-- The last head of the vault that the log has, so that those which have moved since are found without looking at all of them.
ALTER TABLE vaults ADD COLUMN logged_seq INTEGER NOT NULL DEFAULT -1;
CREATE INDEX vaults_unlogged ON vaults (head_at, vault) WHERE logged_seq < head_seq;
