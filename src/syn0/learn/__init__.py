"""What teaches: the tour, and the drill, in which one rebuilds a network from memory."""
