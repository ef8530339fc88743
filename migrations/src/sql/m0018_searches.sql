-- Searches of documents that a person keeps under a name.
CREATE TABLE saved_search (
  id {uuid} PRIMARY KEY,
  person_id {uuid} NOT NULL REFERENCES person (id),
  name text NOT NULL,
  query text NOT NULL,
  made_at {instant} NOT NULL,
  UNIQUE (person_id, name)
);
