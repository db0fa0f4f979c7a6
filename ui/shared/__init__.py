"""Shared by all pages: session keys, choosers, images, charts, formats."""
