-- The contact that a delivered event is on, as a column beside HubSpot's answer.
ALTER TABLE outbox ADD COLUMN contact_id INTEGER;
UPDATE outbox SET contact_id = json_extract(answer, '$.contact_id')
    WHERE json_extract(answer, '$.contact_id') IS NOT NULL;
DROP INDEX outbox_by_contact;
CREATE INDEX outbox_by_contact ON outbox (contact_id) WHERE contact_id IS NOT NULL;

-- Whether HubSpot has put any event of the play on a contact: it was part of the state.
ALTER TABLE plays ADD COLUMN attributed INTEGER NOT NULL DEFAULT 0;
UPDATE plays SET attributed = 1
    WHERE CASE WHEN json_valid(CAST(state AS TEXT))
        THEN json_extract(CAST(state AS TEXT), '$.attributed') END = 1;
