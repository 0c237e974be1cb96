-- What the relay did, by slot instead of by day of UTC: so that days can be those of any time zone.
-- `plays`: those that began in the slot, as `figure_slots` has them; all else when it was done.
CREATE TABLE activity (
    slot      INTEGER PRIMARY KEY,
    pings     INTEGER NOT NULL DEFAULT 0,
    plays     INTEGER NOT NULL DEFAULT 0,
    events    INTEGER NOT NULL DEFAULT 0,
    delivered INTEGER NOT NULL DEFAULT 0,
    rejected  INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Of what was done before, only the day is known. At noon most time zones have the same day.
INSERT INTO activity
SELECT slot, sum(pings), sum(plays), sum(events), sum(delivered), sum(rejected) FROM (
    SELECT day * 96 + 48 AS slot, pings, 0 AS plays, events, delivered, rejected FROM days
    UNION ALL
    SELECT slot, 0, plays, 0, 0, 0 FROM figure_slots) AS known
GROUP BY slot;

DROP TABLE days;
