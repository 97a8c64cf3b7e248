"""A run folder's report at a loopback address, with a place to draw and every saved model's answer."""
