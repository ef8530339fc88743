-- Certified copies on paper: what was copied, by which agency, in which form, under which number of its register of copies.
CREATE TABLE document_copy (
  id {uuid} PRIMARY KEY,
  org_id {uuid} NOT NULL REFERENCES unit (id),
  document_id {uuid} NOT NULL REFERENCES document (id),
  register_id {uuid} NOT NULL REFERENCES register (id),
  number integer NOT NULL,
  symbol text NOT NULL,
  form text NOT NULL CHECK (form IN ('SY', 'TrS')),
  copied_on {date} NOT NULL,
  parts text NOT NULL,
  signer text NOT NULL,
  recipients text NOT NULL,
  sheets integer NOT NULL CHECK (sheets > 0),
  made_at {instant} NOT NULL,
  by_name text NOT NULL,
  UNIQUE (register_id, number)
);
CREATE INDEX document_copy_document ON document_copy (document_id, org_id);
