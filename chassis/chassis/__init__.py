"""What every service needs and none owns. It knows the envelope and topics of `contracts`, and no business word."""
