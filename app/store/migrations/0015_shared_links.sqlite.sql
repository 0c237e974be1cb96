-- Links that show one medium's figures without a sign-in: what each shows, and until when. `stops_at` is its end,
-- `ends_at`, unless somebody has ended it before. The links themselves can't be made from this.
CREATE TABLE shared_links (
    link TEXT PRIMARY KEY,
    medium INTEGER NOT NULL,
    query TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    stops_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
