-- Who was erased, without saying who: the certificate's numbers. `finished_at` is NULL until no page
-- and no file holds anything of it any more.
CREATE TABLE erasure (
    id BYTEA NOT NULL PRIMARY KEY,
    erased_at BIGINT NOT NULL,
    finished_at BIGINT,
    counts TEXT NOT NULL
) /* by key */;
-- Files that no row names any more, to be removed.
CREATE TABLE erased_file (
    sha256 BYTEA NOT NULL PRIMARY KEY
) /* by key */;
