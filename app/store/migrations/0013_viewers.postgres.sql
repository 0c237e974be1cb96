-- Who played it, for counting alone: the slot in which a play began, and a digest of the usertoken, or
-- else of the contact or the session. Of earlier plays: the first play of the same usertoken, if any.
ALTER TABLE playrelay.plays ADD COLUMN started bigint NOT NULL DEFAULT 0;
ALTER TABLE playrelay.plays ADD COLUMN viewer bigint NOT NULL DEFAULT 0;

UPDATE playrelay.plays p SET
    started = (state ->> 'started_at')::bigint / 900000,
    viewer = coalesce((SELECT min(q.id) FROM playrelay.plays q WHERE q.utk = p.utk), p.id),
    medium = CASE WHEN medium <> '' THEN medium
        ELSE coalesce('bridge:' || (state -> 'medium' ->> 'bridge_id'),
            'id:' || coalesce(state -> 'medium' ->> 'external_id', state -> 'medium' ->> 'url', '')) END;

CREATE INDEX plays_by_start ON playrelay.plays (medium, started, viewer);
