-- The index holds the drafting unit beside the words, so that a word which is in a unit's name is answered by it, too.
DROP TRIGGER document_words_made;
DROP TRIGGER document_words_changed;
INSERT OR REPLACE INTO document_words (rowid, words)
SELECT place, folded || ' u·' || lower(hex(owner_id)) FROM document_place JOIN document ON document.id = document_id;
CREATE TRIGGER document_words_made AFTER INSERT ON document BEGIN INSERT INTO document_place (document_id) VALUES (new.id); INSERT INTO document_words (rowid, words) SELECT place, new.folded || ' u·' || lower(hex(new.owner_id)) FROM document_place WHERE document_id = new.id; END;
CREATE TRIGGER document_words_changed AFTER UPDATE OF folded, owner_id ON document WHEN new.folded <> old.folded OR new.owner_id <> old.owner_id BEGIN INSERT OR REPLACE INTO document_words (rowid, words) SELECT place, new.folded || ' u·' || lower(hex(new.owner_id)) FROM document_place WHERE document_id = new.id; END;
-- Documents are looked up by number and symbol where a legal basis names them.
CREATE INDEX document_number ON document (number, symbol);
