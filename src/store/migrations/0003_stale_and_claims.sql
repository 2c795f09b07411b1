-- Mail to this address came back (`stale_since`); a message from it sets NULL again.
ALTER TABLE identity ADD COLUMN stale_since BIGINT;
-- The ticket whose signed address or references a stranger knew.
ALTER TABLE ticket ADD COLUMN claims_ticket BYTEA;
