"""What pages and panels share: canvas, answers, choosers, pictures, charts."""
