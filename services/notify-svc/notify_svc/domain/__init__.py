"""The rules of notifying: which messages a decision brings, what an attempt's result means, when to try again."""
