"""What was measured: a ring of samples per metric, windows of it, downsampling."""
