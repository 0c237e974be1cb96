-- Media that HubSpot refused, by their ids: how often in a row, the time from which one event may try
-- again, and HubSpot's words as JSON.
CREATE TABLE refused_media (
    medium   TEXT PRIMARY KEY,
    refusals INTEGER NOT NULL,
    try_at   INTEGER NOT NULL,
    answer   TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX refused_media_in_time ON refused_media (try_at);
