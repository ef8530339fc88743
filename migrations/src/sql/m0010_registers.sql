-- A number that was given on paper has no document here: its entry says to whom it went and who keeps the copy.
ALTER TABLE register_entry ADD COLUMN recipients text NOT NULL DEFAULT '';
ALTER TABLE register_entry ADD COLUMN keeper text NOT NULL DEFAULT '';

-- A text that the organisation's drafts may begin with.
CREATE TABLE document_template (
  id {uuid} PRIMARY KEY,
  org_id {uuid} NOT NULL REFERENCES unit (id),
  doc_type text NOT NULL,
  name text NOT NULL,
  draft text NOT NULL,
  made_at {instant} NOT NULL,
  by_name text NOT NULL,
  dropped_at {instant}
);
CREATE UNIQUE INDEX document_template_name ON document_template (org_id, name) WHERE dropped_at IS NULL;
