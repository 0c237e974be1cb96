-- Names of contacts that the console is to show, sealed, for a day. `read_at`: 0 as long as HubSpot was not asked, which
-- is due at `due_at`. `fault`: why HubSpot told none.
CREATE TABLE playrelay.contact_names (
    contact bigint PRIMARY KEY,
    sealed text NOT NULL DEFAULT '',
    fault text NOT NULL DEFAULT '',
    due_at bigint NOT NULL,
    read_at bigint NOT NULL DEFAULT 0
);
CREATE INDEX contact_names_due ON playrelay.contact_names (due_at) WHERE read_at = 0;
