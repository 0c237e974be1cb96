-- `parts`: the sum of `seen`; `repeats`: the sum of `again`, how often each percent was seen again.
ALTER TABLE figures ADD COLUMN parts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE figures ADD COLUMN repeats INTEGER NOT NULL DEFAULT 0;
ALTER TABLE figures ADD COLUMN again BLOB;
UPDATE figures SET parts = (
    WITH RECURSIVE byte (place) AS (SELECT 0 UNION ALL SELECT place + 1 FROM byte WHERE place < 399)
    SELECT sum((1 << 8 * (place % 4)) * (
        16 * (instr('123456789ABCDEF', substr(hex(substr(seen, place + 1, 1)), 1, 1)))
        + instr('123456789ABCDEF', substr(hex(substr(seen, place + 1, 1)), 2, 1)))) FROM byte)
WHERE seen IS NOT NULL;

-- Figures by slot, a quarter of an hour counted from the epoch: so that days can be those of any time
-- zone. `seen` and `again` as in `figures`, in as few bytes as its numbers need.
CREATE TABLE figure_slots (
    medium     INTEGER NOT NULL REFERENCES media (id) ON DELETE CASCADE,
    slot       INTEGER NOT NULL,
    plays      INTEGER NOT NULL,
    quarter    INTEGER NOT NULL,
    half       INTEGER NOT NULL,
    most       INTEGER NOT NULL,
    whole      INTEGER NOT NULL,
    attributed INTEGER NOT NULL,
    mapped     INTEGER NOT NULL,
    parts      INTEGER NOT NULL,
    repeats    INTEGER NOT NULL,
    seen       BLOB,
    again      BLOB,
    PRIMARY KEY (medium, slot)
) STRICT, WITHOUT ROWID;
CREATE INDEX figure_slots_by_age ON figure_slots (slot);

-- Of earlier plays only the day is known. At noon most time zones have the same day.
INSERT INTO figure_slots
SELECT medium, day * 96 + 48, plays, quarter, half, most, whole, attributed, mapped, parts,
    repeats, seen, again
FROM figures;
