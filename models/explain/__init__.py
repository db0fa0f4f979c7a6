"""What can be said of a network and its answers: layer by layer, on the way to an answer, and as a digit is spoilt."""
