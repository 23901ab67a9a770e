"""A customer at the portal: in a browser where one is at hand, and by HTTP where none is."""
