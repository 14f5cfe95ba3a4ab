"""What an executed notebook says to its reader in words, whether it was printed or displayed."""


def said(cells):
    """All plain text in the outputs of code cells, in order, on lines of its own."""
    outputs = [output for cell in cells if cell.cell_type == "code" for output in cell.outputs]
    return "\n".join(words(output).rstrip("\n") for output in outputs)


def words(output):
    """The plain text of one output; "" for a picture or an error."""
    return output.get("text", "") or output.get("data", {}).get("text/plain", "")
