-- `parts`: the sum of `seen`; `repeats`: the sum of `again`, how often each percent was seen again.
ALTER TABLE playrelay.figures ADD COLUMN parts bigint NOT NULL DEFAULT 0;
ALTER TABLE playrelay.figures ADD COLUMN repeats bigint NOT NULL DEFAULT 0;
ALTER TABLE playrelay.figures ADD COLUMN again bytea;
UPDATE playrelay.figures SET parts = (
    SELECT sum(get_byte(seen, 4 * part) + 256 * get_byte(seen, 4 * part + 1)
        + 65536 * get_byte(seen, 4 * part + 2)) FROM generate_series(0, 99) AS part)
WHERE seen IS NOT NULL;

-- Figures by slot, a quarter of an hour counted from the epoch: so that days can be those of any time
-- zone. `seen` and `again` as in `figures`, in as few bytes as its numbers need.
CREATE TABLE playrelay.figure_slots (
    medium     bigint NOT NULL REFERENCES playrelay.media (id) ON DELETE CASCADE,
    slot       bigint NOT NULL,
    plays      bigint NOT NULL,
    quarter    bigint NOT NULL,
    half       bigint NOT NULL,
    most       bigint NOT NULL,
    whole      bigint NOT NULL,
    attributed bigint NOT NULL,
    mapped     bigint NOT NULL,
    parts      bigint NOT NULL,
    repeats    bigint NOT NULL,
    seen       bytea,
    again      bytea,
    PRIMARY KEY (medium, slot)
) WITH (fillfactor = 70);
CREATE INDEX figure_slots_by_age ON playrelay.figure_slots (slot);

-- Of earlier plays only the day is known. At noon most time zones have the same day.
INSERT INTO playrelay.figure_slots
SELECT medium, day * 96 + 48, plays, quarter, half, most, whole, attributed, mapped, parts,
    repeats, seen, again
FROM playrelay.figures;
