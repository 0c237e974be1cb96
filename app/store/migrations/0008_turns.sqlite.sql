-- Events are claimed by `rank` (0: HubSpot or the site has vouched for the visitor, 1: not yet), and
-- within a rank in turn: by when they were created, later the more of their visitor's there are.
ALTER TABLE outbox ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN turn_at INTEGER NOT NULL DEFAULT 0;
UPDATE outbox SET turn_at = created_at WHERE status IN ('due', 'waiting', 'sending');
DROP INDEX outbox_fresh;
CREATE INDEX outbox_turns ON outbox (rank, turn_at, id) WHERE status = 'due';

-- How much a visitor has played lately is counted along these.
DROP INDEX plays_by_utk;
CREATE INDEX plays_by_utk ON plays (utk, received_at) WHERE utk IS NOT NULL;
DROP INDEX plays_by_contact;
CREATE INDEX plays_by_contact ON plays (contact_id, received_at)
    WHERE contact_id IS NOT NULL;
