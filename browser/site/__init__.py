"""A page without a server: the folder that python -m browser.site writes, and what only that page needs."""
