-- Names of contacts that the console is to show, sealed, for a day. `read_at`: 0 as long as HubSpot was not asked, which
-- is due at `due_at`. `fault`: why HubSpot told none.
CREATE TABLE contact_names (
    contact INTEGER PRIMARY KEY,
    sealed TEXT NOT NULL DEFAULT '',
    fault TEXT NOT NULL DEFAULT '',
    due_at INTEGER NOT NULL,
    read_at INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX contact_names_due ON contact_names (due_at) WHERE read_at = 0;
