-- What the relay did, by slot instead of by day of UTC: so that days can be those of any time zone.
-- `plays`: those that began in the slot, as `figure_slots` has them; all else when it was done.
CREATE TABLE playrelay.activity (
    slot      bigint PRIMARY KEY,
    pings     bigint NOT NULL DEFAULT 0,
    plays     bigint NOT NULL DEFAULT 0,
    events    bigint NOT NULL DEFAULT 0,
    delivered bigint NOT NULL DEFAULT 0,
    rejected  bigint NOT NULL DEFAULT 0
);

-- Of what was done before, only the day is known. At noon most time zones have the same day.
INSERT INTO playrelay.activity
SELECT slot, sum(pings), sum(plays), sum(events), sum(delivered), sum(rejected) FROM (
    SELECT day * 96 + 48 AS slot, pings, 0 AS plays, events, delivered, rejected FROM playrelay.days
    UNION ALL
    SELECT slot, 0, plays, 0, 0, 0 FROM playrelay.figure_slots) AS known
GROUP BY slot;

DROP TABLE playrelay.days;
