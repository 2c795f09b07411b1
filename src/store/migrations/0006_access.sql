-- Who comes in, and whose records they see. Session ids, invitations and recovery codes rest as
-- SHA-256, second factors sealed (src/base/seal.hpp). A limited agent sees the records of the
-- connectors that the agent's teams have; a limited agent of no team sees none.
ALTER TABLE agent ADD COLUMN is_limited SMALLINT NOT NULL DEFAULT 0;
CREATE TABLE team (
    id BYTEA NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
);
CREATE TABLE team_agent (
    agent BYTEA NOT NULL,
    team BYTEA NOT NULL,
    PRIMARY KEY (agent, team)
) /* by key */;
CREATE TABLE team_connector (
    team BYTEA NOT NULL,
    connector TEXT NOT NULL,
    PRIMARY KEY (team, connector)
) /* by key */;
CREATE VIEW agent_connector (agent, connector) AS
SELECT team_agent.agent, team_connector.connector
FROM team_agent JOIN team_connector ON team_connector.team = team_agent.team;
CREATE INDEX ticket_assignee ON ticket (assignee) WHERE assignee IS NOT NULL;

CREATE TABLE password (
    agent BYTEA NOT NULL PRIMARY KEY,
    hash TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE TABLE second_factor (
    agent BYTEA NOT NULL PRIMARY KEY,
    sealed BYTEA NOT NULL,
    confirmed_at BIGINT,
    last_step BIGINT NOT NULL
);
CREATE TABLE recovery_code (
    agent BYTEA NOT NULL,
    sha256 BYTEA NOT NULL,
    PRIMARY KEY (agent, sha256)
) /* by key */;
CREATE TABLE provider_link (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    agent BYTEA NOT NULL,
    linked_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject)
) /* by key */;
CREATE INDEX provider_link_agent ON provider_link (agent);

CREATE TABLE session (
    sha256 BYTEA NOT NULL PRIMARY KEY,
    id BYTEA NOT NULL UNIQUE,
    agent BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);
CREATE INDEX session_agent ON session (agent);

-- `agent` is NULL for the token that makes the first administrator.
CREATE TABLE one_use_token (
    sha256 BYTEA NOT NULL PRIMARY KEY,
    purpose SMALLINT NOT NULL,
    agent BYTEA,
    expires_at BIGINT NOT NULL
);
CREATE INDEX one_use_token_agent ON one_use_token (agent);

-- Counts what ended somebody's access: whoever is connected is judged anew when it moves.
INSERT INTO counter (name, value) VALUES ('access', 0);
