"""The faults, by their numbers in the list that the platform must survive."""
