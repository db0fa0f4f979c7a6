"""The page "The book"."""
