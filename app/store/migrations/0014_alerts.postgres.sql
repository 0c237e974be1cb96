-- What is wrong, since when, and when somebody was told of it.
CREATE TABLE playrelay.alerts (
    key     text PRIMARY KEY,
    says    text NOT NULL,
    since   bigint NOT NULL,
    reported_at bigint,
    gone_at bigint
);

-- One process of several looks, at a time. `summary_at`: for when a summary was last due and written.
CREATE TABLE playrelay.alert_turn (
    id         integer PRIMARY KEY CHECK (id = 1),
    looked_at  bigint NOT NULL,
    summary_at bigint
);
INSERT INTO playrelay.alert_turn VALUES (1, 0, NULL);

-- Messages to be sent, each by one channel; `document` as JSON.
CREATE TABLE playrelay.alert_messages (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel    text NOT NULL,
    document   text NOT NULL,
    created_at bigint NOT NULL,
    due_at     bigint NOT NULL,
    attempts   integer NOT NULL DEFAULT 0
);
CREATE INDEX alert_messages_by_channel ON playrelay.alert_messages (channel, id);

-- How sending went last; `fault` is empty where it went well.
CREATE TABLE playrelay.alert_channels (
    channel text PRIMARY KEY,
    at      bigint NOT NULL,
    fault   text NOT NULL
);
