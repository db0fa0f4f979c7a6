"""The pages, each in a folder, and what they share."""
