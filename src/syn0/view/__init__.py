"""The page: a program to step through, and the session that answers it."""
