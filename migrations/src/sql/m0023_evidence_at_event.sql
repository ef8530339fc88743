-- Evidence is told in the act in which it happens. What was issued before is noted here; the program tells it once, from the
-- rows that it finds, and takes the note away.
CREATE TABLE evidence_pending (
  document_id {uuid} PRIMARY KEY REFERENCES document (id)
);
INSERT INTO evidence_pending (document_id)
SELECT d.id FROM document d JOIN document_file f ON f.document_id = d.id AND f.kind = 'sealed'
WHERE d.state IN ('issued', 'closed', 'recalled') AND d.carried_by IS NULL AND d.number IS NOT NULL AND d.issued_on IS NOT NULL;
