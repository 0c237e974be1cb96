-- Links that show one medium's figures without a sign-in: what each shows, and until when. `stops_at` is its end,
-- `ends_at`, unless somebody has ended it before. The links themselves can't be made from this.
CREATE TABLE playrelay.shared_links (
    link text PRIMARY KEY,
    medium bigint NOT NULL,
    query text NOT NULL,
    made_by text NOT NULL,
    made_at bigint NOT NULL,
    ends_at bigint NOT NULL,
    stops_at bigint NOT NULL
);
