"""What two widgets need: the base of every face, checks and packing in Python, and the page's modules."""
