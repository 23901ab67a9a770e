"""The numbered SQL files of the chassis and the runner of all migrations."""
