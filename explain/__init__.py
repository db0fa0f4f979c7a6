"""Explanations of networks and their predictions: layers, importance of the ink, perturbations."""
