-- An assessment, or facts, by which more would be paid than one person may promise alone: null of proposed rulings.
ALTER TABLE proposal ADD COLUMN told json;
