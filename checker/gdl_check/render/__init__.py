"""From results to terminal, plain text and JSON. The only place with colour."""
