"""Events in: polling, decoding, the inbox, dead letters and their replay."""
