-- Vectors of row versions, where a service for embeddings is set up. Sealed under a key that takes the collection's; which model's they are is
-- bound to the seal. Nothing is lost with them.
CREATE TABLE row_vectors (
  vault BLOB NOT NULL,
  collection BLOB NOT NULL,
  row_id BLOB NOT NULL,
  version INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (vault, collection, row_id, version)
) STRICT;
