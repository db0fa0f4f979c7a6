"""Explanations of a network and its answers: layer by layer, on the way to an answer, and under perturbation."""
