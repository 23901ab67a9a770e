"""The floor: what the same flow costs when it is written for nothing but speed."""
