-- As in SQLite, table for table. The schema's name stands for that of the account; text that is
-- only compared has no language.

-- What collect has acknowledged and fold has not read yet.
CREATE TABLE playrelay.inbox (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    received_at bigint NOT NULL,
    referer     text,
    body        bytea NOT NULL,
    site        text NOT NULL DEFAULT ''
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);

-- Inbox rows that broke the fold: kept for a person, out of everybody's way.
CREATE TABLE playrelay.quarantine (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    received_at bigint NOT NULL,
    referer     text,
    body        bytea NOT NULL,
    site        text NOT NULL DEFAULT '',
    fault       text NOT NULL
);

-- One row a view. What is queried stands in columns, the merged state beside it as JSON.
CREATE TABLE playrelay.plays (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    view        bytea NOT NULL UNIQUE,
    session     text COLLATE "C" NOT NULL,
    pings       bigint NOT NULL,
    begun_at    bigint NOT NULL,
    received_at bigint NOT NULL,
    settles_at  bigint,
    utk         text COLLATE "C",
    contact_id  bigint,
    mail        boolean NOT NULL,
    state       json NOT NULL
);
CREATE INDEX plays_by_session ON playrelay.plays (session);
CREATE INDEX plays_settling ON playrelay.plays (settles_at) WHERE settles_at IS NOT NULL;
CREATE INDEX plays_by_utk ON playrelay.plays (utk) WHERE utk IS NOT NULL;
CREATE INDEX plays_by_contact ON playrelay.plays (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX plays_by_age ON playrelay.plays (received_at);

-- One row a milestone. A play's milestones go out in the order of their ids.
CREATE TABLE playrelay.outbox (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    play        bigint NOT NULL REFERENCES playrelay.plays (id) ON DELETE CASCADE,
    event       text NOT NULL,
    value       text NOT NULL,
    status      text NOT NULL,
    occurred_at bigint NOT NULL,
    created_at  bigint NOT NULL,
    due_at      bigint,
    lease_until bigint,
    settled_at  bigint,
    attempts    bigint NOT NULL DEFAULT 0,
    reason      text NOT NULL DEFAULT '',
    answer      jsonb NOT NULL DEFAULT '{}',
    UNIQUE (play, event, value)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
CREATE INDEX outbox_due ON playrelay.outbox (due_at, id) WHERE status = 'due';
CREATE INDEX outbox_fresh ON playrelay.outbox (created_at, id) WHERE status = 'due';
CREATE INDEX outbox_sending ON playrelay.outbox (lease_until) WHERE status = 'sending';
CREATE INDEX outbox_waiting ON playrelay.outbox (created_at) WHERE status = 'waiting';
CREATE INDEX outbox_waking ON playrelay.outbox (due_at)
    WHERE status = 'waiting' AND due_at IS NOT NULL;
CREATE INDEX outbox_rejected ON playrelay.outbox (settled_at) WHERE status = 'rejected';
CREATE INDEX outbox_settled ON playrelay.outbox (settled_at)
    WHERE status IN ('delivered', 'unattributed', 'discarded');

-- What HubSpot said of a usertoken, and when to ask (again): from ask_at on a look-up that is made
-- anyway takes it along, at ask_by one is made for it.
CREATE TABLE playrelay.contacts (
    utk        text COLLATE "C" PRIMARY KEY,
    contact_id bigint,
    asked_at   bigint,
    asked      bigint NOT NULL DEFAULT 0,
    ask_at     bigint,
    ask_by     bigint
);
CREATE INDEX contacts_to_ask ON playrelay.contacts (ask_at) WHERE ask_at IS NOT NULL;
CREATE INDEX contacts_to_ask_by ON playrelay.contacts (ask_by) WHERE ask_by IS NOT NULL;
CREATE INDEX contacts_by_age ON playrelay.contacts (asked_at) WHERE asked_at IS NOT NULL;
CREATE INDEX contacts_new ON playrelay.contacts (ask_by) WHERE asked_at IS NULL;
CREATE INDEX contacts_by_id ON playrelay.contacts (contact_id) WHERE contact_id IS NOT NULL;

-- The usertoken that an _hsenc (kept as a hash) vouches for: the first it was sent for.
CREATE TABLE playrelay.mails (
    mail    bytea PRIMARY KEY,
    utk     text COLLATE "C" NOT NULL,
    sent_at bigint NOT NULL
);
CREATE INDEX mails_by_utk ON playrelay.mails (utk);
CREATE INDEX mails_by_age ON playrelay.mails (sent_at);

-- Requests that HubSpot's rate window still holds against us: one row a request. An id is never
-- given twice: who comes back after his permit has freed itself must not free another's.
CREATE TABLE playrelay.permits (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    frees_at bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

CREATE TABLE playrelay.account (
    id           integer PRIMARY KEY CHECK (id = 1),
    paused_until bigint NOT NULL DEFAULT 0,
    reason       text NOT NULL DEFAULT '',
    failures     bigint NOT NULL DEFAULT 0,
    day          bigint NOT NULL DEFAULT 0,
    requests     bigint NOT NULL DEFAULT 0,
    errors       bigint NOT NULL DEFAULT 0,
    refusals     bigint NOT NULL DEFAULT 0
);
INSERT INTO playrelay.account (id) VALUES (1);

CREATE TABLE playrelay.tokens (
    id            integer PRIMARY KEY CHECK (id = 1),
    access_token  text NOT NULL,
    refresh_token text NOT NULL,
    expires_at    bigint NOT NULL,
    origin        text NOT NULL
);

-- Written by the readiness probe: the proof that the store takes writes, and has room for a ping
-- of the largest size.
CREATE TABLE playrelay.heartbeat (
    id   integer PRIMARY KEY CHECK (id = 1),
    at   bigint NOT NULL,
    room bytea NOT NULL
);
ALTER TABLE playrelay.heartbeat ALTER room SET STORAGE EXTERNAL; -- compressed it would prove little
