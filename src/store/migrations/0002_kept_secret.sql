-- What a connector must remember and nobody may read: sealed (src/base/seal.hpp).
CREATE TABLE kept_secret (
    connector TEXT NOT NULL,
    name TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    kept_at BIGINT NOT NULL,
    PRIMARY KEY (connector, name)
) /* by key */;
