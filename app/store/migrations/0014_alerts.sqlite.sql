-- What is wrong, since when, and when somebody was told of it.
CREATE TABLE alerts (
    key     TEXT PRIMARY KEY,
    says    TEXT NOT NULL,
    since   INTEGER NOT NULL,
    reported_at INTEGER,
    gone_at INTEGER
) STRICT, WITHOUT ROWID;

-- One process of several looks, at a time. `summary_at`: for when a summary was last due and written.
CREATE TABLE alert_turn (
    id         INTEGER PRIMARY KEY CHECK (id = 1),
    looked_at  INTEGER NOT NULL,
    summary_at INTEGER
) STRICT;
INSERT INTO alert_turn VALUES (1, 0, NULL);

-- Messages to be sent, each by one channel; `document` as JSON.
CREATE TABLE alert_messages (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    channel    TEXT NOT NULL,
    document   TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    due_at     INTEGER NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX alert_messages_by_channel ON alert_messages (channel, id);

-- How sending went last; `fault` is empty where it went well.
CREATE TABLE alert_channels (
    channel TEXT PRIMARY KEY,
    at      INTEGER NOT NULL,
    fault   TEXT NOT NULL
) STRICT, WITHOUT ROWID;
