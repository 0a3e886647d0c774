"""What teaches: the drill, in which one rebuilds a network from memory."""
