"""Right answers to scale.share in other words."""


def share_by_tensor_split(rows, rank, ranks):
    return rows.tensor_split(ranks)[rank]


def share_by_sizes(rows, rank, ranks):
    sizes = [len(rows[one::ranks]) for one in range(ranks)]
    return rows.split(sizes)[rank]


def share_by_ends(rows, rank, ranks):
    ends = [one * (len(rows) // ranks) + min(one, len(rows) % ranks) for one in range(ranks + 1)]
    return rows[ends[rank] : ends[rank + 1]]
