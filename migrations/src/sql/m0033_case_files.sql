-- Case files (Decree 30/2020 Art. 28–30): documents that belong together, in the office's list of the year.
CREATE TABLE case_file (
  id {uuid} PRIMARY KEY,
  org_id {uuid} NOT NULL REFERENCES unit (id),
  -- The unit that keeps it.
  owner_id {uuid} NOT NULL REFERENCES unit (id),
  year integer NOT NULL,
  code text NOT NULL,
  heading text NOT NULL,
  title text NOT NULL,
  -- For how long it is kept; none is for ever.
  years integer CHECK (years > 0),
  -- Its rule: types as a JSON list of codes, and words of the subject; both empty where it has none.
  doc_types text NOT NULL,
  words text NOT NULL,
  opened_on {date} NOT NULL,
  made_at {instant} NOT NULL,
  made_by {uuid} NOT NULL,
  by_name text NOT NULL,
  closed_on {date},
  hand_over_by {date},
  handed_on {date},
  handed_to text NOT NULL,
  UNIQUE (org_id, year, code)
);
CREATE INDEX case_file_owner ON case_file (owner_id, year);
CREATE TABLE case_item (
  case_id {uuid} NOT NULL REFERENCES case_file (id),
  document_id {uuid} NOT NULL REFERENCES document (id),
  way text NOT NULL CHECK (way IN ('hand', 'rule')),
  added_at {instant} NOT NULL,
  by_name text NOT NULL,
  -- Taken out by hand; its rule does not put it in again.
  taken_out_at {instant},
  PRIMARY KEY (case_id, document_id)
);
CREATE INDEX case_item_document ON case_item (document_id);
