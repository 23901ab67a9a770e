-- The newest version that a file of the administration told again, so that no version came of it: what it tells next
-- was not made before that one. NULL where no file did: what came of imports is in the versions.
ALTER TABLE policy ADD COLUMN told_version integer;
ALTER TABLE customer ADD COLUMN told_version integer;
