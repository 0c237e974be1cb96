-- Media that were played, under the key that tells them apart; `about` as JSON.
CREATE TABLE media (
    id       INTEGER PRIMARY KEY,
    key      TEXT NOT NULL UNIQUE,
    about    BLOB NOT NULL,
    plays    INTEGER NOT NULL,
    last_day INTEGER NOT NULL
) STRICT;
CREATE INDEX media_latest ON media (last_day, id);
CREATE INDEX media_most ON media (plays, id);

-- What the plays of a medium that began on a day (UTC, counted from the epoch) come to. `seen`: a
-- hundred 32-bit integers, the lowest byte first: how many plays saw each percent of it.
CREATE TABLE figures (
    medium     INTEGER NOT NULL REFERENCES media (id) ON DELETE CASCADE,
    day        INTEGER NOT NULL,
    plays      INTEGER NOT NULL,
    quarter    INTEGER NOT NULL,
    half       INTEGER NOT NULL,
    most       INTEGER NOT NULL,
    whole      INTEGER NOT NULL,
    attributed INTEGER NOT NULL,
    mapped     INTEGER NOT NULL,
    seen       BLOB,
    PRIMARY KEY (medium, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX figures_by_age ON figures (day);

-- The same by page; the empty page stands for all beyond the first of a day.
CREATE TABLE figure_pages (
    medium INTEGER NOT NULL REFERENCES media (id) ON DELETE CASCADE,
    day    INTEGER NOT NULL,
    page   TEXT NOT NULL,
    plays  INTEGER NOT NULL,
    PRIMARY KEY (medium, day, page)
) STRICT, WITHOUT ROWID;
CREATE INDEX figure_pages_by_age ON figure_pages (day);

-- What the whole relay did in a day.
CREATE TABLE days (
    day       INTEGER PRIMARY KEY,
    pings     INTEGER NOT NULL DEFAULT 0,
    plays     INTEGER NOT NULL DEFAULT 0,
    events    INTEGER NOT NULL DEFAULT 0,
    delivered INTEGER NOT NULL DEFAULT 0,
    rejected  INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Who changed what, and how many rows it was: counted in the transactions that changed them.
CREATE TABLE audit (
    id      INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    who     TEXT NOT NULL,
    what    TEXT NOT NULL,
    subject TEXT NOT NULL,
    count   INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Rejections of one kind share a family: HubSpot's words without what differs from event to event.
ALTER TABLE outbox ADD COLUMN family TEXT NOT NULL DEFAULT '';
CREATE INDEX outbox_families ON outbox (family, id) WHERE status = 'rejected';

-- By status first: so that each can be counted without a look at the others.
DROP INDEX outbox_settled;
CREATE INDEX outbox_settled ON outbox (status, settled_at)
    WHERE status IN ('delivered', 'unattributed', 'discarded');

-- Whose events are on a contact, by HubSpot's own answers.
CREATE INDEX outbox_by_contact ON outbox (json_extract(answer, '$.contact_id'))
    WHERE json_extract(answer, '$.contact_id') IS NOT NULL;
