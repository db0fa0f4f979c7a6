"""Where the weights come from: data, recipes, training and evaluation. The page never imports this."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's remarks on this machine's processor
