-- Who did and saw what, for good: rows are only ever added, and each one's hash covers the one before
-- it (src/store/audit.cpp). Ids and settings, nobody's words. `actor` is an agent's id, or "console",
-- or "house".
INSERT INTO counter (name, value) VALUES ('audit', 0);
CREATE TABLE audit (
    seq BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    hash BYTEA NOT NULL
) /* append only */;
CREATE INDEX audit_subject ON audit (subject, seq);

-- The settings as they were last seen, secrets left out: what differs from them is a change.
CREATE TABLE known_setting (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) /* by key */;
