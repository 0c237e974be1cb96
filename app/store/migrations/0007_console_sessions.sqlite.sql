-- Who is signed in to the console. What a browser holds can't be made from `digest`.
CREATE TABLE console_sessions (digest TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
