-- A medium's plays of a day (UTC) by what they have in common: the site, the page, whether a mail led
-- there (`context`), the campaign. `digest` (64 bits) tells these apart; 0 stands for all beyond the
-- first of a day. What they come to is counted by slot, and once the day is over also here: `summed`.
-- `seen` and `again` as in `figures`.
CREATE TABLE playrelay.figure_traits (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    medium       bigint NOT NULL REFERENCES playrelay.media (id) ON DELETE CASCADE,
    day          bigint NOT NULL,
    digest       bigint NOT NULL,
    site         text NOT NULL,
    page         text NOT NULL,
    context      text NOT NULL,
    utm_source   text NOT NULL,
    utm_medium   text NOT NULL,
    utm_campaign text NOT NULL,
    summed       boolean NOT NULL DEFAULT false,
    plays        bigint NOT NULL DEFAULT 0,
    quarter      bigint NOT NULL DEFAULT 0,
    half         bigint NOT NULL DEFAULT 0,
    most         bigint NOT NULL DEFAULT 0,
    whole        bigint NOT NULL DEFAULT 0,
    attributed   bigint NOT NULL DEFAULT 0,
    mapped       bigint NOT NULL DEFAULT 0,
    parts        bigint NOT NULL DEFAULT 0,
    repeats      bigint NOT NULL DEFAULT 0,
    seen         bytea,
    again        bytea,
    UNIQUE (medium, day, digest)
) WITH (fillfactor = 70);
CREATE INDEX figure_traits_by_age ON playrelay.figure_traits (day);
CREATE INDEX figure_traits_to_sum ON playrelay.figure_traits (day) WHERE NOT summed;

-- The same by slot, as in `figure_slots`.
CREATE TABLE playrelay.figure_trait_slots (
    trait      bigint NOT NULL REFERENCES playrelay.figure_traits (id) ON DELETE CASCADE,
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
    PRIMARY KEY (trait, slot)
) WITH (fillfactor = 70);

-- The slot from which on a medium's plays are counted so. Of plays that were counted before, nothing
-- may be taken out there when they grow.
ALTER TABLE playrelay.media ADD COLUMN filtered_since bigint NOT NULL DEFAULT 0;
UPDATE playrelay.media m SET filtered_since = coalesce(
    (SELECT max(started) + 1 FROM playrelay.plays p WHERE p.medium = m.key), (last_day + 1) * 96);

-- The digest of a play's traits, for counting viewers.
ALTER TABLE playrelay.plays ADD COLUMN trait bigint NOT NULL DEFAULT 0;
DROP INDEX playrelay.plays_by_start;
CREATE INDEX plays_by_start ON playrelay.plays (medium, started, viewer, trait);
