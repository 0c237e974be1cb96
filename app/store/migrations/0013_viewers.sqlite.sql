-- Who played it, for counting alone: the slot in which a play began, and a digest of the usertoken, or
-- else of the contact or the session. Of earlier plays: the first play of the same usertoken, if any.
ALTER TABLE plays ADD COLUMN started INTEGER NOT NULL DEFAULT 0;
ALTER TABLE plays ADD COLUMN viewer INTEGER NOT NULL DEFAULT 0;

UPDATE plays SET
    started = json_extract(CAST(state AS TEXT), '$.started_at') / 900000,
    viewer = coalesce((SELECT min(q.id) FROM plays q WHERE q.utk = plays.utk), id),
    medium = CASE WHEN medium <> '' THEN medium
        ELSE coalesce('bridge:' || json_extract(CAST(state AS TEXT), '$.medium.bridge_id'),
            'id:' || coalesce(json_extract(CAST(state AS TEXT), '$.medium.external_id'),
                json_extract(CAST(state AS TEXT), '$.medium.url'), '')) END
    WHERE json_valid(CAST(state AS TEXT));

CREATE INDEX plays_by_start ON plays (medium, started, viewer);
