"""Who is told: names and payloads of the wire, the single door `publish`, the rooms."""
