-- Media that were played, under the key that tells them apart; `about` as JSON.
CREATE TABLE playrelay.media (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key      text COLLATE "C" NOT NULL UNIQUE,
    about    json NOT NULL,
    plays    bigint NOT NULL,
    last_day bigint NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX media_latest ON playrelay.media (last_day, id);
CREATE INDEX media_most ON playrelay.media (plays, id);

-- What the plays of a medium that began on a day (UTC, counted from the epoch) come to. `seen`: a
-- hundred 32-bit integers, the lowest byte first: how many plays saw each percent of it.
CREATE TABLE playrelay.figures (
    medium     bigint NOT NULL REFERENCES playrelay.media (id) ON DELETE CASCADE,
    day        bigint NOT NULL,
    plays      bigint NOT NULL,
    quarter    bigint NOT NULL,
    half       bigint NOT NULL,
    most       bigint NOT NULL,
    whole      bigint NOT NULL,
    attributed bigint NOT NULL,
    mapped     bigint NOT NULL,
    seen       bytea,
    PRIMARY KEY (medium, day)
) WITH (fillfactor = 70);
CREATE INDEX figures_by_age ON playrelay.figures (day);

-- The same by page; the empty page stands for all beyond the first of a day.
CREATE TABLE playrelay.figure_pages (
    medium bigint NOT NULL REFERENCES playrelay.media (id) ON DELETE CASCADE,
    day    bigint NOT NULL,
    page   text COLLATE "C" NOT NULL,
    plays  bigint NOT NULL,
    PRIMARY KEY (medium, day, page)
) WITH (fillfactor = 70);
CREATE INDEX figure_pages_by_age ON playrelay.figure_pages (day);

-- What the whole relay did in a day.
CREATE TABLE playrelay.days (
    day       bigint PRIMARY KEY,
    pings     bigint NOT NULL DEFAULT 0,
    plays     bigint NOT NULL DEFAULT 0,
    events    bigint NOT NULL DEFAULT 0,
    delivered bigint NOT NULL DEFAULT 0,
    rejected  bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 10);

-- Who changed what, and how many rows it was: counted in the transactions that changed them.
CREATE TABLE playrelay.audit (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      bigint NOT NULL,
    who     text NOT NULL,
    what    text NOT NULL,
    subject text NOT NULL,
    count   bigint NOT NULL DEFAULT 0
);

-- Rejections of one kind share a family: HubSpot's words without what differs from event to event.
ALTER TABLE playrelay.outbox ADD COLUMN family text COLLATE "C" NOT NULL DEFAULT '';
CREATE INDEX outbox_families ON playrelay.outbox (family, id) WHERE status = 'rejected';

-- By status first: so that each can be counted without a look at the others.
DROP INDEX playrelay.outbox_settled;
CREATE INDEX outbox_settled ON playrelay.outbox (status, settled_at)
    WHERE status IN ('delivered', 'unattributed', 'discarded');

-- Whose events are on a contact, by HubSpot's own answers.
CREATE INDEX outbox_by_contact ON playrelay.outbox ((answer ->> 'contact_id'))
    WHERE status = 'delivered';
