"""Explanations of a network: its layers, and the arithmetic of chapter 1."""
