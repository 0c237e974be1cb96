-- Who watched what: the contact that HubSpot last put an event of the play on, the medium by its key,
-- and how much of it was covered, in hundredths of a percent.
ALTER TABLE plays ADD COLUMN medium TEXT NOT NULL DEFAULT '';
ALTER TABLE plays ADD COLUMN covered INTEGER NOT NULL DEFAULT 0;
ALTER TABLE plays ADD COLUMN watched_by INTEGER;

UPDATE plays SET
    watched_by = (SELECT o.contact_id FROM outbox o
        WHERE o.play = plays.id AND o.contact_id IS NOT NULL ORDER BY o.id DESC LIMIT 1),
    medium = coalesce('bridge:' || json_extract(CAST(state AS TEXT), '$.medium.bridge_id'),
        'id:' || coalesce(json_extract(CAST(state AS TEXT), '$.medium.external_id'),
            json_extract(CAST(state AS TEXT), '$.medium.url'), '')),
    covered = CAST(100 * max(coalesce(json_extract(CAST(state AS TEXT), '$.percent'), 0),
        coalesce((SELECT max(share) FROM (
            SELECT 100.0 * sum(span.value <> 0) / count(*) AS share
            FROM json_each(CAST(plays.state AS TEXT), '$.maps') map, json_each(map.value) span
            GROUP BY map.key)), 0)) AS INTEGER)
    WHERE attributed AND json_valid(CAST(state AS TEXT));
UPDATE plays SET covered = 10000
    WHERE attributed AND covered >= 9000 AND json_valid(CAST(state AS TEXT))
    AND json_extract(CAST(state AS TEXT), '$.ended') = 1;

CREATE INDEX plays_by_medium ON plays (medium, covered, id) WHERE watched_by IS NOT NULL;
CREATE INDEX plays_by_watcher ON plays (watched_by, medium, covered, id)
    WHERE watched_by IS NOT NULL;

-- The number of the account at HubSpot, as its answers to events say.
ALTER TABLE account ADD COLUMN hub_id INTEGER;
