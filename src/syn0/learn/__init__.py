"""Learning what a network does: the tour."""
