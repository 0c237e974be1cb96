-- The contact that a delivered event is on, as a column beside HubSpot's answer.
ALTER TABLE playrelay.outbox ADD COLUMN contact_id bigint;
UPDATE playrelay.outbox SET contact_id = (answer ->> 'contact_id')::bigint
    WHERE status = 'delivered' AND answer ->> 'contact_id' IS NOT NULL;
DROP INDEX playrelay.outbox_by_contact;
CREATE INDEX outbox_by_contact ON playrelay.outbox (contact_id) WHERE contact_id IS NOT NULL;

-- Whether HubSpot has put any event of the play on a contact: it was part of the state.
ALTER TABLE playrelay.plays ADD COLUMN attributed boolean NOT NULL DEFAULT false;
UPDATE playrelay.plays SET attributed = true WHERE state ->> 'attributed' = 'true';
