-- Set by a restore to the instant of the backup: how far the register came afterwards, a person must say first.
ALTER TABLE register ADD COLUMN restored_from {instant};
-- Forms that outlived a session were once kept with the secrets typed in them.
DELETE FROM saved_form WHERE '&' || body LIKE '%&password=%' OR '&' || body LIKE '%&current=%'
  OR '&' || body LIKE '%&code=%' OR '&' || body LIKE '%&pin=%'
