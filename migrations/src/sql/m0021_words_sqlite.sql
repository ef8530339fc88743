-- The index knows documents by a number that VACUUM does not change, as it may a table's own.
CREATE TABLE document_place (
  place integer PRIMARY KEY,
  document_id {uuid} NOT NULL UNIQUE REFERENCES document (id) ON DELETE CASCADE
);
INSERT INTO document_place (document_id) SELECT id FROM document ORDER BY id;

-- The words stand in the document; here is only where they are. What is not ASCII belongs to a word. Beginnings as long as a
-- Vietnamese syllable can be are indexed themselves: else a question would first gather all words that begin so.
CREATE VIRTUAL TABLE document_words USING fts5 (
  words, content = '', contentless_delete = 1, detail = 'none', tokenize = 'ascii', prefix = '1 2 3 4 5 6 7'
);
INSERT INTO document_words (rowid, words)
SELECT place, folded FROM document_place JOIN document ON document.id = document_id;

-- In the act's own transaction, whoever writes. (A statement ends at the end of a line, so each trigger is one.)
CREATE TRIGGER document_words_made AFTER INSERT ON document BEGIN INSERT INTO document_place (document_id) VALUES (new.id); INSERT INTO document_words (rowid, words) SELECT place, new.folded FROM document_place WHERE document_id = new.id; END;
CREATE TRIGGER document_words_changed AFTER UPDATE OF folded ON document WHEN new.folded <> old.folded BEGIN INSERT OR REPLACE INTO document_words (rowid, words) SELECT place, new.folded FROM document_place WHERE document_id = new.id; END;
CREATE TRIGGER document_words_dropped BEFORE DELETE ON document BEGIN DELETE FROM document_words WHERE rowid = (SELECT place FROM document_place WHERE document_id = old.id); DELETE FROM document_place WHERE document_id = old.id; END;
