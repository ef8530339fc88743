-- Lists by state and by type, newest change first.
CREATE INDEX document_org_state ON document (org_id, state, changed_at, id);
CREATE INDEX document_org_type ON document (org_id, doc_type, changed_at, id);
CREATE INDEX opinion_unit ON opinion (unit_id, document_id);
