-- Collections' opened rows as they stood at some event, so that opening them again need not open each. Sealed under a key that takes the
-- collection's and one that is not here, in parts; nothing is lost with them.
CREATE TABLE row_snapshots (
  vault BLOB NOT NULL,
  collection BLOB NOT NULL,
  part INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  -- the ledger's hash at that event
  head BLOB NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (vault, collection, part)
) STRICT;
