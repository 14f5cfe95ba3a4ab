"""What a deck and an exported page share: one self-contained HTML file, with no kernel and no request."""
