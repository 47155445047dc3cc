-- Checkpoints of the log that witnesses have cosigned: the signed note with all cosignatures that it has had.
CREATE TABLE cosigned_checkpoints (
  size INTEGER NOT NULL PRIMARY KEY,
  checkpoint TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;

-- What each witness said last: up to which size it has cosigned, and why it refused, where it did.
CREATE TABLE witnesses (
  name TEXT NOT NULL PRIMARY KEY,
  size INTEGER NOT NULL,
  asked_at INTEGER NOT NULL,
  cosigned_at INTEGER,
  refusal TEXT
) STRICT, WITHOUT ROWID;
