"""The panels that open under a drawing; each gets the drawn digit and the selection of networks."""
