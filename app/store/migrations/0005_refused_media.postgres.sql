-- Media that HubSpot refused, by their ids: how often in a row, the time from which one event may try
-- again, and HubSpot's words as JSON.
CREATE TABLE playrelay.refused_media (
    medium   text PRIMARY KEY,
    refusals integer NOT NULL,
    try_at   bigint NOT NULL,
    answer   json NOT NULL
);
CREATE INDEX refused_media_in_time ON playrelay.refused_media (try_at);
