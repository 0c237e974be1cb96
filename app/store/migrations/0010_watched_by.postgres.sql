-- Who watched what: the contact that HubSpot last put an event of the play on, the medium by its key,
-- and how much of it was covered, in hundredths of a percent.
ALTER TABLE playrelay.plays ADD COLUMN medium text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE playrelay.plays ADD COLUMN covered integer NOT NULL DEFAULT 0;
ALTER TABLE playrelay.plays ADD COLUMN watched_by bigint;

UPDATE playrelay.plays p SET
    watched_by = (SELECT o.contact_id FROM playrelay.outbox o
        WHERE o.play = p.id AND o.contact_id IS NOT NULL ORDER BY o.id DESC LIMIT 1),
    medium = coalesce('bridge:' || (state -> 'medium' ->> 'bridge_id'),
        'id:' || coalesce(state -> 'medium' ->> 'external_id', state -> 'medium' ->> 'url', '')),
    covered = floor(100 * greatest((state ->> 'percent')::float8, 0,
        (SELECT max(share) FROM (
            SELECT 100.0 * count(*) FILTER (WHERE span <> '0') / count(*) AS share
            FROM json_array_elements(coalesce(state -> 'maps', '[]')) WITH ORDINALITY AS m (map, place),
                json_array_elements_text(map) AS span
            GROUP BY place) AS shares)))
    WHERE attributed;
UPDATE playrelay.plays SET covered = 10000
    WHERE attributed AND covered >= 9000 AND state ->> 'ended' = 'true';

CREATE INDEX plays_by_medium ON playrelay.plays (medium, covered, id) WHERE watched_by IS NOT NULL;
CREATE INDEX plays_by_watcher ON playrelay.plays (watched_by, medium, covered, id)
    WHERE watched_by IS NOT NULL;

-- The number of the account at HubSpot, as its answers to events say.
ALTER TABLE playrelay.account ADD COLUMN hub_id bigint;
