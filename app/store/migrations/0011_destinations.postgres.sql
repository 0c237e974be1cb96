-- An event has a row for each destination, and a destination may rest while others don't.
ALTER TABLE playrelay.outbox
    ADD COLUMN destination text COLLATE "C" NOT NULL DEFAULT 'media-bridge';
ALTER TABLE playrelay.outbox DROP CONSTRAINT outbox_play_event_value_key;
ALTER TABLE playrelay.outbox ADD UNIQUE (play, destination, event, value);
DROP INDEX playrelay.outbox_turns;
CREATE INDEX outbox_turns ON playrelay.outbox (destination, rank, turn_at, id)
    WHERE status = 'due';
CREATE INDEX outbox_elsewhere ON playrelay.outbox (destination, status)
    WHERE destination <> 'media-bridge';

CREATE TABLE playrelay.resting (
    destination  text COLLATE "C" PRIMARY KEY,
    paused_until bigint NOT NULL,
    failures     integer NOT NULL,
    reason       text COLLATE "C" NOT NULL
);
