"""The panels that open under a drawing; each is given the selection of networks; the browser knows the digit."""
