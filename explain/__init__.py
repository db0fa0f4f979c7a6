"""Explanations of networks and their predictions: layers, activations, importance of the ink, perturbations."""
