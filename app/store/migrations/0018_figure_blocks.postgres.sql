-- The plain counts of `figures` by blocks of 32 days, counted from the epoch: so that long periods of
-- many media are few rows.
CREATE TABLE playrelay.figure_blocks (
    medium     bigint NOT NULL REFERENCES playrelay.media (id) ON DELETE CASCADE,
    block      bigint NOT NULL,
    plays      bigint NOT NULL,
    quarter    bigint NOT NULL,
    half       bigint NOT NULL,
    most       bigint NOT NULL,
    whole      bigint NOT NULL,
    attributed bigint NOT NULL,
    mapped     bigint NOT NULL,
    parts      bigint NOT NULL,
    repeats    bigint NOT NULL,
    PRIMARY KEY (medium, block)
) WITH (fillfactor = 70);
CREATE INDEX figure_blocks_by_age ON playrelay.figure_blocks (block);

INSERT INTO playrelay.figure_blocks
SELECT medium, day / 32, sum(plays), sum(quarter), sum(half), sum(most), sum(whole),
    sum(attributed), sum(mapped), sum(parts), sum(repeats)
FROM playrelay.figures GROUP BY medium, day / 32;
