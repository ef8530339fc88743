-- Copies of true copies (sao lục): one more form, and which copy it was made from. The check of a column cannot be changed on
-- SQLite, so the table is made anew.
CREATE TABLE document_copy_anew (
  id {uuid} PRIMARY KEY,
  org_id {uuid} NOT NULL REFERENCES unit (id),
  document_id {uuid} NOT NULL REFERENCES document (id),
  register_id {uuid} NOT NULL REFERENCES register (id),
  number integer NOT NULL,
  symbol text NOT NULL,
  form text NOT NULL CHECK (form IN ('SY', 'SL', 'TrS')),
  source_id {uuid},
  copied_on {date} NOT NULL,
  parts text NOT NULL,
  signer text NOT NULL,
  recipients text NOT NULL,
  sheets integer NOT NULL CHECK (sheets > 0),
  made_at {instant} NOT NULL,
  by_name text NOT NULL,
  UNIQUE (register_id, number),
  CHECK ((form = 'SL') = (source_id IS NOT NULL))
);
INSERT INTO document_copy_anew (id, org_id, document_id, register_id, number, symbol, form, copied_on, parts, signer,
  recipients, sheets, made_at, by_name)
SELECT id, org_id, document_id, register_id, number, symbol, form, copied_on, parts, signer,
  recipients, sheets, made_at, by_name FROM document_copy;
DROP TABLE document_copy;
ALTER TABLE document_copy_anew RENAME TO document_copy;
CREATE INDEX document_copy_document ON document_copy (document_id, org_id);
