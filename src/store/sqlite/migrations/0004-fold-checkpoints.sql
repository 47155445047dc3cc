-- Vaults as they stood at some events of their ledgers, so that not every event has to be folded anew. Sealed under a key that is not here, in
-- parts; nothing is lost with them.
CREATE TABLE fold_checkpoints (
  vault BLOB NOT NULL,
  seq INTEGER NOT NULL,
  part INTEGER NOT NULL,
  -- the ledger's hash at that event
  head BLOB NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (vault, seq, part)
) STRICT;
