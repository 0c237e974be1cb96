-- The HubSpot account that this store belongs to, once the app was installed: as JSON.
CREATE TABLE connection (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    account BLOB NOT NULL
) STRICT;
