-- Events are claimed by `rank` (0: HubSpot or the site has vouched for the visitor, 1: not yet), and
-- within a rank in turn: by when they were created, later the more of their visitor's there are.
ALTER TABLE playrelay.outbox ADD COLUMN rank integer NOT NULL DEFAULT 0;
ALTER TABLE playrelay.outbox ADD COLUMN turn_at bigint NOT NULL DEFAULT 0;
UPDATE playrelay.outbox SET turn_at = created_at WHERE status IN ('due', 'waiting', 'sending');
DROP INDEX playrelay.outbox_fresh;
CREATE INDEX outbox_turns ON playrelay.outbox (rank, turn_at, id) WHERE status = 'due';

-- How much a visitor has played lately is counted along these.
DROP INDEX playrelay.plays_by_utk;
CREATE INDEX plays_by_utk ON playrelay.plays (utk, received_at) WHERE utk IS NOT NULL;
DROP INDEX playrelay.plays_by_contact;
CREATE INDEX plays_by_contact ON playrelay.plays (contact_id, received_at)
    WHERE contact_id IS NOT NULL;
