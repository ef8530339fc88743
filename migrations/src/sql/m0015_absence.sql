-- Who stands in for whom while somebody is away: set by the Office, from the first to the last day, both included, with
-- the written mandate on file (Decree 30/2020, Art. 13). `kinds` are abbreviations of types of documents as JSON; an
-- empty list is everything. `ended_on` is the first day of an absence that ended before its time.
CREATE TABLE substitution (
  id {uuid} PRIMARY KEY,
  org_id {uuid} NOT NULL REFERENCES unit (id),
  absent_id {uuid} NOT NULL REFERENCES person (id),
  substitute_id {uuid} NOT NULL REFERENCES person (id),
  kinds text NOT NULL,
  first_day {date} NOT NULL,
  last_day {date} NOT NULL,
  mandate text NOT NULL,
  file_digest text REFERENCES stored_file (digest),
  file_name text NOT NULL,
  set_at {instant} NOT NULL,
  set_by text NOT NULL,
  ended_on {date}
);
CREATE INDEX substitution_substitute ON substitution (substitute_id, last_day);
CREATE INDEX substitution_org ON substitution (org_id, last_day);
