"""Looks up where insured homes lie: PDOK's Locatieserver, the open register of Dutch addresses, and who asks it."""
