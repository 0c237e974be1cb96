-- Rejected events that are sent once more have the time of that as `due_at`.
CREATE INDEX outbox_again ON playrelay.outbox (due_at) WHERE status = 'rejected' AND due_at IS NOT NULL;
