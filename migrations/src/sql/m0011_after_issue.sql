-- A later document that corrects or replaces an earlier one.
CREATE TABLE document_link (
  later_id {uuid} NOT NULL REFERENCES document (id),
  earlier_id {uuid} NOT NULL REFERENCES document (id),
  kind text NOT NULL CHECK (kind IN ('corrects', 'replaces')),
  made_at {instant} NOT NULL,
  PRIMARY KEY (later_id, earlier_id)
);
CREATE INDEX document_link_earlier ON document_link (earlier_id);

-- What is kept of a recall itself (Annex VI.III.8c).
CREATE TABLE document_recall (
  document_id {uuid} PRIMARY KEY REFERENCES document (id),
  org_id {uuid} NOT NULL,
  reason text NOT NULL,
  recalled_at {instant} NOT NULL,
  by_id {uuid},
  by_name text NOT NULL
);
