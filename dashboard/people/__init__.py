"""People: who is here, what they say to each other, and whom they follow. Knows nothing of sockets."""
