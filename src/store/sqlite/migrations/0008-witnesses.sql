-- Checkpoints of a log that witnesses have cosigned: the signed note with all cosignatures that it has had. Whatever is written has a higher revision
-- than all before it.
CREATE TABLE cosigned_checkpoints (
  origin TEXT NOT NULL,
  size INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  checkpoint TEXT NOT NULL,
  PRIMARY KEY (origin, size)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX cosigned_checkpoints_by_revision ON cosigned_checkpoints (origin, revision);

-- What each witness said last of a log: up to which size it has cosigned, and why it does not, where it does not.
CREATE TABLE witnesses (
  origin TEXT NOT NULL,
  cosigner TEXT NOT NULL,
  size INTEGER NOT NULL,
  asked_at INTEGER NOT NULL,
  cosigned_at INTEGER,
  refusal TEXT,
  refused_since INTEGER,
  refused_times INTEGER NOT NULL,
  PRIMARY KEY (origin, cosigner)
) STRICT, WITHOUT ROWID;
