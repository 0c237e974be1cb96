-- Media objects at HubSpot, as JSON, each with the number of the listing that met it last.
CREATE TABLE playrelay.known_media (
    id      bigint PRIMARY KEY,
    listing bigint NOT NULL,
    about   json NOT NULL
);

CREATE TABLE playrelay.listing (
    id        integer PRIMARY KEY CHECK (id = 1),
    revision  bigint NOT NULL DEFAULT 0,
    listed_at bigint NOT NULL DEFAULT 0
);
INSERT INTO playrelay.listing (id) VALUES (1);
