-- Files of their own that go with a document. What is taken away leaves its row.
CREATE TABLE document_attachment (
  id {uuid} PRIMARY KEY,
  document_id {uuid} NOT NULL REFERENCES document (id),
  org_id {uuid} NOT NULL,
  digest text NOT NULL REFERENCES stored_file (digest),
  name text NOT NULL,
  media_type text NOT NULL,
  size bigint NOT NULL,
  added_at {instant} NOT NULL,
  added_by text NOT NULL,
  removed_at {instant}
);
CREATE INDEX document_attachment_document ON document_attachment (document_id, added_at);
