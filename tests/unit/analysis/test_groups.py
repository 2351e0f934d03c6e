from mirrorsys.analysis._groups import groups


def test_groups_of_a_directed_graph():
    links = [(0, 1), (1, 0), (1, 2), (4, 4)]
    assert groups(5, links, "weak") == [[0, 1, 2], [3], [4]]
    assert groups(5, links, "strong") == [[0, 1], [2], [3], [4]]
    assert groups(2, [], "weak") == [[0], [1]]
