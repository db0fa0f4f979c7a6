"""How fast it answers, and how many people at once; anyone can run it, and no test depends on it."""
