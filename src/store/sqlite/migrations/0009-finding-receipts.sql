-- Receipts whose payment is verified while another claim is not, so that they are found without opening any other.
ALTER TABLE receipts ADD COLUMN paid_unexplained INTEGER NOT NULL DEFAULT 0;

CREATE INDEX receipts_paid_unexplained ON receipts (vault, id) WHERE paid_unexplained = 1;
