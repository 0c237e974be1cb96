-- What collect has acknowledged and fold has not read yet.
CREATE TABLE inbox (
    id          INTEGER PRIMARY KEY,
    received_at INTEGER NOT NULL,
    referer     TEXT,
    body        BLOB NOT NULL,
    site        TEXT NOT NULL DEFAULT ''
) STRICT;

-- Inbox rows that broke the fold: kept for a person, out of everybody's way.
CREATE TABLE quarantine (
    id          INTEGER PRIMARY KEY,
    received_at INTEGER NOT NULL,
    referer     TEXT,
    body        BLOB NOT NULL,
    site        TEXT NOT NULL DEFAULT '',
    fault       TEXT NOT NULL
) STRICT;

-- One row a view. What is queried stands in columns, the merged state beside it as JSON.
CREATE TABLE plays (
    id          INTEGER PRIMARY KEY,
    view        BLOB NOT NULL UNIQUE,
    session     TEXT NOT NULL,
    pings       INTEGER NOT NULL,
    begun_at    INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    settles_at  INTEGER,
    utk         TEXT,
    contact_id  INTEGER,
    mail        INTEGER NOT NULL,
    state       BLOB NOT NULL
) STRICT;
CREATE INDEX plays_by_session ON plays (session);
CREATE INDEX plays_settling ON plays (settles_at) WHERE settles_at IS NOT NULL;
CREATE INDEX plays_by_utk ON plays (utk) WHERE utk IS NOT NULL;
CREATE INDEX plays_by_contact ON plays (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX plays_by_age ON plays (received_at);

-- One row a milestone. A play's milestones go out in the order of their ids.
CREATE TABLE outbox (
    id          INTEGER PRIMARY KEY,
    play        INTEGER NOT NULL REFERENCES plays (id) ON DELETE CASCADE,
    event       TEXT NOT NULL,
    value       TEXT NOT NULL,
    status      TEXT NOT NULL,
    occurred_at INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    due_at      INTEGER,
    lease_until INTEGER,
    settled_at  INTEGER,
    attempts    INTEGER NOT NULL DEFAULT 0,
    reason      TEXT NOT NULL DEFAULT '',
    answer      TEXT NOT NULL DEFAULT '{}',
    UNIQUE (play, event, value)
) STRICT;
CREATE INDEX outbox_due ON outbox (due_at, id) WHERE status = 'due';
CREATE INDEX outbox_fresh ON outbox (created_at, id) WHERE status = 'due';
CREATE INDEX outbox_sending ON outbox (lease_until) WHERE status = 'sending';
CREATE INDEX outbox_waiting ON outbox (created_at) WHERE status = 'waiting';
CREATE INDEX outbox_waking ON outbox (due_at) WHERE status = 'waiting' AND due_at IS NOT NULL;
CREATE INDEX outbox_rejected ON outbox (settled_at) WHERE status = 'rejected';
CREATE INDEX outbox_settled ON outbox (settled_at)
    WHERE status IN ('delivered', 'unattributed', 'discarded');

-- What HubSpot said of a usertoken, and when to ask (again): from ask_at on a look-up that is made
-- anyway takes it along, at ask_by one is made for it.
CREATE TABLE contacts (
    utk        TEXT PRIMARY KEY,
    contact_id INTEGER,
    asked_at   INTEGER,
    asked      INTEGER NOT NULL DEFAULT 0,
    ask_at     INTEGER,
    ask_by     INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX contacts_to_ask ON contacts (ask_at) WHERE ask_at IS NOT NULL;
CREATE INDEX contacts_to_ask_by ON contacts (ask_by) WHERE ask_by IS NOT NULL;
CREATE INDEX contacts_by_age ON contacts (asked_at) WHERE asked_at IS NOT NULL;
CREATE INDEX contacts_new ON contacts (ask_by) WHERE asked_at IS NULL;
CREATE INDEX contacts_by_id ON contacts (contact_id) WHERE contact_id IS NOT NULL;

-- The usertoken that an _hsenc (kept as a hash) vouches for: the first it was sent for.
CREATE TABLE mails (
    mail    BLOB PRIMARY KEY,
    utk     TEXT NOT NULL,
    sent_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX mails_by_utk ON mails (utk);
CREATE INDEX mails_by_age ON mails (sent_at);

-- Requests that HubSpot's rate window still holds against us: one row a request. An id is never
-- given twice: who comes back after his permit has freed itself must not free another's.
CREATE TABLE permits (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    frees_at INTEGER NOT NULL
) STRICT;

CREATE TABLE account (
    id           INTEGER PRIMARY KEY CHECK (id = 1),
    paused_until INTEGER NOT NULL DEFAULT 0,
    reason       TEXT NOT NULL DEFAULT '',
    failures     INTEGER NOT NULL DEFAULT 0,
    day          INTEGER NOT NULL DEFAULT 0,
    requests     INTEGER NOT NULL DEFAULT 0,
    errors       INTEGER NOT NULL DEFAULT 0,
    refusals     INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO account (id) VALUES (1);

CREATE TABLE tokens (
    id            INTEGER PRIMARY KEY CHECK (id = 1),
    access_token  TEXT NOT NULL,
    refresh_token TEXT NOT NULL,
    expires_at    INTEGER NOT NULL,
    origin        TEXT NOT NULL
) STRICT;

-- Written by the readiness probe: the proof that the store takes writes, and has room for a ping
-- of the largest size.
CREATE TABLE heartbeat (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    at   INTEGER NOT NULL,
    room BLOB NOT NULL
) STRICT;
