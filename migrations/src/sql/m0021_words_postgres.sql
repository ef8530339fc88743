ALTER TABLE document ADD COLUMN words tsvector
  GENERATED ALWAYS AS (array_to_tsvector(string_to_array(btrim(folded), ' '))) STORED;
CREATE INDEX document_words ON document USING gin (words);
