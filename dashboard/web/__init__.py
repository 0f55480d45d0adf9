"""What a browser gets: pages, the HTTP API, the static files, and the gate in front of all of them."""
