"""What customers read: sentences in a catalogue per language, and the letter and the SMS put together from them."""
