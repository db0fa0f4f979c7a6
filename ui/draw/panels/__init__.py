"""A file for each panel that opens under a drawing; each gets the board and the selection of networks."""
