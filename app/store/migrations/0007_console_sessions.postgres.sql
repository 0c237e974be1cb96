-- Who is signed in to the console. What a browser holds can't be made from `digest`.
CREATE TABLE playrelay.console_sessions (digest text PRIMARY KEY, expires_at bigint NOT NULL);
