-- The first schema. The text is PostgreSQL's; SQLite's driver reads two phrases its own way:
-- "BIGINT PRIMARY KEY" as its row id, and the comment "by key" as a table kept in key order.
-- `seq` is the house-wide order of arrival, one counter for customers, tickets, interactions and
-- changes, so that search can merge them by time and a reply can tell what came after a change. Enumerations hold the numbers of src/model. Times are UTC ms.

CREATE TABLE counter (
    name TEXT NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
) /* by key */;
INSERT INTO counter (name, value)
VALUES ('arrival', 0), ('customer', 1000), ('ticket', 1000);

-- `words` is what the search index holds of this row: an entry is removed by naming its words.
CREATE TABLE customer (
    seq BIGINT PRIMARY KEY,
    id BYTEA NOT NULL UNIQUE,
    number BIGINT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    owner BYTEA,
    fields TEXT NOT NULL,
    merged_into BYTEA,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    words TEXT NOT NULL
);
CREATE INDEX customer_merged ON customer (merged_into) WHERE merged_into IS NOT NULL;

-- Identities never move: a merged customer's count as its survivor's while the merge is in force.
CREATE TABLE identity (
    kind TEXT NOT NULL,
    scope TEXT NOT NULL,
    value TEXT NOT NULL,
    customer BYTEA NOT NULL,
    proof SMALLINT NOT NULL,
    display TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (kind, scope, value, customer)
) /* by key */;
CREATE INDEX identity_customer ON identity (customer);

CREATE TABLE merge (
    id BYTEA NOT NULL PRIMARY KEY,
    survivor BYTEA NOT NULL,
    other BYTEA NOT NULL,
    merged_by BYTEA NOT NULL,
    merged_at BIGINT NOT NULL,
    unmerged_at BIGINT
);
CREATE TABLE merge_moved (
    merge BYTEA NOT NULL,
    is_ticket SMALLINT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (merge, is_ticket, seq)
) /* by key */;

CREATE TABLE ticket (
    seq BIGINT PRIMARY KEY,
    id BYTEA NOT NULL UNIQUE,
    number BIGINT NOT NULL UNIQUE,
    customer BYTEA NOT NULL,
    connector TEXT NOT NULL,
    subject TEXT NOT NULL,
    status SMALLINT NOT NULL,
    type SMALLINT NOT NULL,
    priority SMALLINT NOT NULL,
    assignee BYTEA,
    merged_into BYTEA,
    is_claimed SMALLINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    waiting_since BIGINT,
    last_change BIGINT NOT NULL,
    version BIGINT NOT NULL,
    words TEXT NOT NULL
);
CREATE INDEX ticket_updated ON ticket (status, updated_at, seq);
CREATE INDEX ticket_created ON ticket (created_at, seq);
CREATE INDEX ticket_waiting ON ticket (waiting_since, seq) WHERE waiting_since IS NOT NULL;
CREATE INDEX ticket_customer ON ticket (customer);
CREATE TABLE ticket_party (
    ticket BYTEA NOT NULL,
    kind TEXT NOT NULL,
    scope TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (ticket, kind, scope, value)
) /* by key */;

-- One row for each inbound event there ever was: its one fate.
CREATE TABLE ledger (
    connector TEXT NOT NULL,
    dedupe_key TEXT NOT NULL,
    source_ref TEXT NOT NULL,
    is_quarantined SMALLINT NOT NULL,
    subject BYTEA NOT NULL,
    claimed_at BIGINT NOT NULL,
    PRIMARY KEY (connector, dedupe_key)
) /* by key */;

-- What lists and moves touch; the words stand apart in `content`, so that a move rewrites little.
CREATE TABLE interaction (
    seq BIGINT PRIMARY KEY,
    id BYTEA NOT NULL UNIQUE,
    customer BYTEA NOT NULL,
    ticket BYTEA,
    connector TEXT NOT NULL,
    channel TEXT NOT NULL,
    conversation TEXT,
    direction SMALLINT NOT NULL,
    kind SMALLINT NOT NULL,
    occurred_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    is_claimed SMALLINT NOT NULL,
    agent BYTEA,
    author TEXT NOT NULL,
    raw_sha256 BYTEA,
    message_id TEXT,
    attachments SMALLINT NOT NULL,
    deliveries SMALLINT NOT NULL
);
CREATE INDEX interaction_timeline ON interaction (customer, occurred_at, seq);
CREATE INDEX interaction_ticket ON interaction (ticket, seq) WHERE ticket IS NOT NULL;
CREATE INDEX interaction_message_id ON interaction (message_id, seq) WHERE message_id IS NOT NULL;
CREATE INDEX interaction_conversation ON interaction (connector, conversation, seq)
    WHERE conversation IS NOT NULL;

-- `reply_text` is NULL where it equals `text`; `envelope` is the store's own (content_codec.cpp).
CREATE TABLE content (
    seq BIGINT PRIMARY KEY,
    subject TEXT NOT NULL,
    envelope TEXT NOT NULL,
    text TEXT NOT NULL,
    reply_text TEXT,
    html TEXT
);
CREATE TABLE attachment (
    id BYTEA NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL,
    position SMALLINT NOT NULL,
    filename TEXT NOT NULL,
    content_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 BYTEA NOT NULL,
    is_inline SMALLINT NOT NULL,
    content_id TEXT NOT NULL
);
CREATE INDEX attachment_interaction ON attachment (seq, position);

-- `bytes` is NULL where the blob is a file below <state>/blobs.
CREATE TABLE blob (
    sha256 BYTEA NOT NULL PRIMARY KEY,
    size BIGINT NOT NULL,
    bytes BYTEA
);

CREATE TABLE delivery (
    seq BIGINT NOT NULL,
    position SMALLINT NOT NULL,
    connector TEXT NOT NULL,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    state SMALLINT NOT NULL,
    attempts BIGINT NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    remote_id TEXT NOT NULL,
    diagnostic TEXT NOT NULL,
    maybe_sent_twice SMALLINT NOT NULL,
    is_begun SMALLINT NOT NULL,
    PRIMARY KEY (seq, position)
) /* by key */;
CREATE INDEX delivery_due ON delivery (connector, next_attempt_at, seq) WHERE state = 1;
CREATE TABLE outbox_extra (
    seq BIGINT PRIMARY KEY,
    reply_token TEXT NOT NULL,
    is_automatic SMALLINT NOT NULL
);

CREATE TABLE change (
    seq BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    ids TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);

CREATE TABLE agent (
    id BYTEA NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE,
    role SMALLINT NOT NULL,
    is_disabled SMALLINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE TABLE api_token (
    id BYTEA NOT NULL PRIMARY KEY,
    sha256 BYTEA NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role SMALLINT NOT NULL,
    agent BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);

CREATE TABLE source_cursor (
    connector TEXT NOT NULL PRIMARY KEY,
    cursor TEXT NOT NULL,
    moved_at BIGINT NOT NULL
);
CREATE TABLE quarantine (
    seq BIGINT PRIMARY KEY,
    id BYTEA NOT NULL UNIQUE,
    connector TEXT NOT NULL,
    channel TEXT NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    raw_sha256 BYTEA NOT NULL,
    raw_content_type TEXT NOT NULL,
    dedupe_key TEXT NOT NULL,
    source_ref TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    sender TEXT NOT NULL,
    subject TEXT NOT NULL
);
CREATE INDEX quarantine_waiting ON quarantine (seq) WHERE state = 'waiting';
CREATE TABLE idempotency (
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    request_sha256 BYTEA NOT NULL,
    status SMALLINT NOT NULL,
    body TEXT NOT NULL,
    remembered_at BIGINT NOT NULL,
    PRIMARY KEY (scope, key)
);
CREATE TABLE instance_key (
    purpose TEXT NOT NULL PRIMARY KEY,
    key BYTEA NOT NULL
);
CREATE TABLE event (
    what TEXT NOT NULL,
    whom TEXT NOT NULL,
    happened_at BIGINT NOT NULL
);
CREATE INDEX event_budget ON event (what, whom, happened_at);
