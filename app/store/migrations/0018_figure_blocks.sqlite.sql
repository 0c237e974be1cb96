-- The plain counts of `figures` by blocks of 32 days, counted from the epoch: so that long periods of
-- many media are few rows.
CREATE TABLE figure_blocks (
    medium     INTEGER NOT NULL REFERENCES media (id) ON DELETE CASCADE,
    block      INTEGER NOT NULL,
    plays      INTEGER NOT NULL,
    quarter    INTEGER NOT NULL,
    half       INTEGER NOT NULL,
    most       INTEGER NOT NULL,
    whole      INTEGER NOT NULL,
    attributed INTEGER NOT NULL,
    mapped     INTEGER NOT NULL,
    parts      INTEGER NOT NULL,
    repeats    INTEGER NOT NULL,
    PRIMARY KEY (medium, block)
) STRICT, WITHOUT ROWID;
CREATE INDEX figure_blocks_by_age ON figure_blocks (block);

INSERT INTO figure_blocks
SELECT medium, day / 32, sum(plays), sum(quarter), sum(half), sum(most), sum(whole),
    sum(attributed), sum(mapped), sum(parts), sum(repeats)
FROM figures GROUP BY medium, day / 32;
