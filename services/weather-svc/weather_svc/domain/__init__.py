"""The rules of measuring: no clock, no database, no file. They speak in the contracts' parts."""
