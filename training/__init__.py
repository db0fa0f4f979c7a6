"""Where the weights come from: data, recipes, training and evaluation. The views never import it."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # keeps TensorFlow's messages about the processor out of the output
