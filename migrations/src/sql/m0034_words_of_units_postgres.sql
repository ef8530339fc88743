-- The index holds the drafting unit beside the words, so that a word which is in a unit's name is answered by it, too.
ALTER TABLE document DROP COLUMN words;
ALTER TABLE document ADD COLUMN words tsvector GENERATED ALWAYS AS (
  array_to_tsvector(array_append(string_to_array(btrim(folded), ' '), 'u·' || replace(CAST(owner_id AS text), '-', '')))
) STORED;
CREATE INDEX document_words ON document USING gin (words);
-- Documents are looked up by number and symbol where a legal basis names them.
CREATE INDEX document_number ON document (number, symbol);
