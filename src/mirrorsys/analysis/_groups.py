"""Groups of nodes that are linked."""

from __future__ import annotations

from collections.abc import Sequence

from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

__all__ = ["groups"]


def groups(n_nodes: int, links: Sequence[tuple[int, int]], connection: str) -> list[list[int]]:
    """Return the connected components of a directed graph, by their lowest node.

    `connection` is ``"weak"`` (linked either way) or ``"strong"`` (linked both ways).
    """
    rows, columns = zip(*links, strict=True) if links else ((), ())
    graph = coo_array(([1] * len(links), (rows, columns)), shape=(n_nodes, n_nodes))
    _, labels = connected_components(graph, connection=connection)
    members: dict[int, list[int]] = {}
    for node, label in enumerate(labels):
        members.setdefault(int(label), []).append(node)
    return sorted(members.values())
