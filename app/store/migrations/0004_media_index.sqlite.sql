-- Media objects at HubSpot, as JSON, each with the number of the listing that met it last.
CREATE TABLE known_media (
    id      INTEGER PRIMARY KEY,
    listing INTEGER NOT NULL,
    about   BLOB NOT NULL
) STRICT;

CREATE TABLE listing (
    id        INTEGER PRIMARY KEY CHECK (id = 1),
    revision  INTEGER NOT NULL DEFAULT 0,
    listed_at INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO listing (id) VALUES (1);
