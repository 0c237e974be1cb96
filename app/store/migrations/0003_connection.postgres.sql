-- The HubSpot account that this store belongs to, once the app was installed: as JSON.
CREATE TABLE playrelay.connection (
    id      integer PRIMARY KEY CHECK (id = 1),
    account json NOT NULL
);
