-- Answers that did not come and are waited for no longer: why, and whose they were, by name.
CREATE TABLE round_closing (
  id {uuid} PRIMARY KEY,
  org_id {uuid} NOT NULL,
  document_id {uuid} NOT NULL REFERENCES document (id),
  reason text NOT NULL,
  closed_at {instant} NOT NULL,
  closed_by text NOT NULL
);
CREATE INDEX round_closing_document ON round_closing (document_id, closed_at);
CREATE TABLE round_missing (
  closing_id {uuid} NOT NULL REFERENCES round_closing (id),
  n integer NOT NULL,
  name text NOT NULL,
  what text NOT NULL,
  due_at {instant} NOT NULL,
  PRIMARY KEY (closing_id, n)
);
