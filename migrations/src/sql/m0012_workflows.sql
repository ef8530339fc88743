-- Definitions that came with the program run for everybody; the others only where they are published.
ALTER TABLE flow_definition ADD COLUMN shipped boolean NOT NULL DEFAULT true;

-- A version of an organisation's own workflow: looked at, published for some types of document, retired.
CREATE TABLE flow_publication (
  id {uuid} PRIMARY KEY,
  org_id {uuid} NOT NULL REFERENCES unit (id),
  definition text NOT NULL REFERENCES flow_definition (hash),
  uploaded_at {instant} NOT NULL,
  uploaded_by text NOT NULL,
  -- Codes of document types, separated by commas, e.g. KH,CV; empty until it is published.
  doc_types text NOT NULL,
  published_at {instant},
  published_by text NOT NULL,
  retired_at {instant},
  retired_by text NOT NULL,
  CHECK (retired_at IS NULL OR published_at IS NOT NULL),
  CHECK ((published_at IS NULL) = (doc_types = ''))
);
CREATE INDEX flow_publication_org ON flow_publication (org_id, published_at);
