"""Data, hyperparameters, training and evaluation of the networks. The page never imports this package."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # hides TensorFlow's messages about the processor
