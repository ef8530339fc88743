-- A unit asks for a later day for its report, once at a time; the Office grants or refuses it. `granted` is empty while
-- nobody has answered; `due_at` is what was asked for, then what was granted.
CREATE TABLE report_extension (
  id {uuid} PRIMARY KEY,
  org_id {uuid} NOT NULL,
  document_id {uuid} NOT NULL REFERENCES document (id),
  report_id {uuid} NOT NULL REFERENCES unit_report (id),
  unit_id {uuid} NOT NULL REFERENCES unit (id),
  old_due_at {instant} NOT NULL,
  due_at {instant} NOT NULL,
  reason text NOT NULL,
  asked_at {instant} NOT NULL,
  asked_id {uuid},
  asked_by text NOT NULL,
  granted boolean,
  answer text NOT NULL DEFAULT '',
  answered_at {instant},
  answered_by text NOT NULL DEFAULT ''
);
CREATE INDEX report_extension_report ON report_extension (report_id, asked_at);
CREATE INDEX report_extension_open ON report_extension (org_id, granted);

-- The day that counts for one unit's report, where it was granted a later one than the period's.
ALTER TABLE unit_report ADD COLUMN extended_due {instant};

-- The deadline that a letter speaks of, as a calendar file to go with it; empty where it speaks of none.
ALTER TABLE outbox ADD COLUMN calendar text NOT NULL DEFAULT '';
