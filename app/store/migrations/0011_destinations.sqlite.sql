-- An event has a row for each destination, and a destination may rest while others don't.
-- SQLite can't change what is unique: the table is written anew.
CREATE TABLE outbox_new (
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
    family      TEXT NOT NULL DEFAULT '',
    contact_id  INTEGER,
    rank        INTEGER NOT NULL DEFAULT 0,
    turn_at     INTEGER NOT NULL DEFAULT 0,
    destination TEXT NOT NULL DEFAULT 'media-bridge',
    UNIQUE (play, destination, event, value)
) STRICT;
INSERT INTO outbox_new (id, play, event, value, status, occurred_at, created_at, due_at, lease_until,
        settled_at, attempts, reason, answer, family, contact_id, rank, turn_at)
    SELECT id, play, event, value, status, occurred_at, created_at, due_at, lease_until, settled_at,
        attempts, reason, answer, family, contact_id, rank, turn_at FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_new RENAME TO outbox;
CREATE INDEX outbox_due ON outbox (due_at, id) WHERE status = 'due';
CREATE INDEX outbox_turns ON outbox (destination, rank, turn_at, id) WHERE status = 'due';
CREATE INDEX outbox_sending ON outbox (lease_until) WHERE status = 'sending';
CREATE INDEX outbox_waiting ON outbox (created_at) WHERE status = 'waiting';
CREATE INDEX outbox_waking ON outbox (due_at) WHERE status = 'waiting' AND due_at IS NOT NULL;
CREATE INDEX outbox_rejected ON outbox (settled_at) WHERE status = 'rejected';
CREATE INDEX outbox_again ON outbox (due_at) WHERE status = 'rejected' AND due_at IS NOT NULL;
CREATE INDEX outbox_families ON outbox (family, id) WHERE status = 'rejected';
CREATE INDEX outbox_settled ON outbox (status, settled_at)
    WHERE status IN ('delivered', 'unattributed', 'discarded');
CREATE INDEX outbox_by_contact ON outbox (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX outbox_elsewhere ON outbox (destination, status)
    WHERE destination <> 'media-bridge';

CREATE TABLE resting (
    destination  TEXT PRIMARY KEY,
    paused_until INTEGER NOT NULL,
    failures     INTEGER NOT NULL,
    reason       TEXT NOT NULL
) STRICT, WITHOUT ROWID;
