-- The review queue. It is the operator's, not a vault's: a desk looks across vaults.
CREATE TABLE desks (
  id BLOB NOT NULL PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE reviewers (
  id BLOB NOT NULL PRIMARY KEY,
  desk BLOB NOT NULL,
  name TEXT NOT NULL,
  -- Ed25519, what decisions are verified with
  key BLOB NOT NULL,
  -- of the token
  auth_hash BLOB NOT NULL,
  added_at INTEGER NOT NULL,
  removed_at INTEGER,
  UNIQUE (desk, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE cases (
  id BLOB NOT NULL PRIMARY KEY,
  desk BLOB NOT NULL,
  vault BLOB NOT NULL,
  receipt BLOB NOT NULL,
  opened_at INTEGER NOT NULL,
  -- 0 hold, 1 clear
  state INTEGER NOT NULL,
  assigned BLOB,
  decided_before_proof INTEGER NOT NULL,
  reopened INTEGER NOT NULL,
  -- how much has happened to it
  revision INTEGER NOT NULL,
  -- what the desk is told of the answer, under the desks' key
  sealed BLOB NOT NULL
) STRICT;

CREATE INDEX cases_desk ON cases (desk, id);
CREATE INDEX cases_desk_state ON cases (desk, state, id);
CREATE INDEX cases_desk_assigned ON cases (desk, assigned, id) WHERE assigned IS NOT NULL;
CREATE INDEX cases_desk_early ON cases (desk, id) WHERE decided_before_proof = 1;
CREATE INDEX cases_desk_reopened ON cases (desk, id, reopened) WHERE reopened > 0;
CREATE INDEX cases_vault ON cases (vault, id);
CREATE INDEX cases_receipt ON cases (receipt, id);

CREATE TABLE case_events (
  case_id BLOB NOT NULL,
  number INTEGER NOT NULL,
  at INTEGER NOT NULL,
  log_index INTEGER NOT NULL,
  -- the statement, under the desks' key
  sealed BLOB NOT NULL,
  PRIMARY KEY (case_id, number)
) STRICT;
