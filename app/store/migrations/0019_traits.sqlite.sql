-- A medium's plays of a day (UTC) by what they have in common: the site, the page, whether a mail led
-- there (`context`), the campaign. `digest` (64 bits) tells these apart; 0 stands for all beyond the
-- first of a day. What they come to is counted by slot, and once the day is over also here: `summed`.
-- `seen` and `again` as in `figures`.
CREATE TABLE figure_traits (
    id           INTEGER PRIMARY KEY,
    medium       INTEGER NOT NULL REFERENCES media (id) ON DELETE CASCADE,
    day          INTEGER NOT NULL,
    digest       INTEGER NOT NULL,
    site         TEXT NOT NULL,
    page         TEXT NOT NULL,
    context      TEXT NOT NULL,
    utm_source   TEXT NOT NULL,
    utm_medium   TEXT NOT NULL,
    utm_campaign TEXT NOT NULL,
    summed       INTEGER NOT NULL DEFAULT 0,
    plays        INTEGER NOT NULL DEFAULT 0,
    quarter      INTEGER NOT NULL DEFAULT 0,
    half         INTEGER NOT NULL DEFAULT 0,
    most         INTEGER NOT NULL DEFAULT 0,
    whole        INTEGER NOT NULL DEFAULT 0,
    attributed   INTEGER NOT NULL DEFAULT 0,
    mapped       INTEGER NOT NULL DEFAULT 0,
    parts        INTEGER NOT NULL DEFAULT 0,
    repeats      INTEGER NOT NULL DEFAULT 0,
    seen         BLOB,
    again        BLOB,
    UNIQUE (medium, day, digest)
) STRICT;
CREATE INDEX figure_traits_by_age ON figure_traits (day);
CREATE INDEX figure_traits_to_sum ON figure_traits (day) WHERE NOT summed;

-- The same by slot, as in `figure_slots`.
CREATE TABLE figure_trait_slots (
    trait      INTEGER NOT NULL REFERENCES figure_traits (id) ON DELETE CASCADE,
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
    PRIMARY KEY (trait, slot)
) STRICT, WITHOUT ROWID;

-- The slot from which on a medium's plays are counted so. Of plays that were counted before, nothing
-- may be taken out there when they grow.
ALTER TABLE media ADD COLUMN filtered_since INTEGER NOT NULL DEFAULT 0;
UPDATE media SET filtered_since =
    coalesce((SELECT max(started) + 1 FROM plays WHERE medium = media.key), (last_day + 1) * 96);

-- The digest of a play's traits, for counting viewers.
ALTER TABLE plays ADD COLUMN trait INTEGER NOT NULL DEFAULT 0;
DROP INDEX plays_by_start;
CREATE INDEX plays_by_start ON plays (medium, started, viewer, trait);
