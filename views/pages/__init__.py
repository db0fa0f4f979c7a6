"""A file or a folder for each page."""
