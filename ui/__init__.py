"""What a visitor sees: pages, the panels that open under a drawing, and the parts that pages share."""
