"""What the visitor sees: one file for each page or panel, no maths. Only app.py imports these."""
