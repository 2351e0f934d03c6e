"""Equal persons: equilibria that stay, and those that turn into others."""

import mirrorsys as ms

TWINS = ms.models.dyad(ms.models.client("a"), ms.models.client("b")).freeze(pathway=0.1, signal=1)


def test_symmetric_equilibria_of_equal_persons_are_recognised():
    found = ms.equilibria(TWINS, {"contact": 0.1, "stressor": 0})
    assert [point.symmetry for point in found] == [
        "synchronous", "asymmetric", "synchronous", "asymmetric", "synchronous",
    ]  # fmt: skip
    assert [point.images for point in found] == [(), (3,), (), (1,), ()]
    for point in found:
        is_equal = point.state["a.threat"] == point.state["b.threat"]
        assert is_equal == (point.symmetry == "synchronous")
    one, other = found[1].state, found[3].state
    assert one["a.threat"] == other["b.threat"]


def test_persons_who_differ_have_no_symmetry():
    for unequal in ({"a.kappa": 1}, {"a.stressor": 0.01}, {"a_b.contact": 0.2}):
        found = ms.equilibria(TWINS, {"contact": 0.1, "stressor": 0, **unequal})
        assert {point.symmetry for point in found} == {""}
    lopsided = ms.equilibria(TWINS, {"contact": 0.1}, box={"a.threat": (0, 0.9)})
    assert {point.symmetry for point in lopsided} == {""}


def test_three_equal_persons_can_be_partly_synchronous():
    group = ms.models.network([ms.models.client(each) for each in "abc"]).freeze(
        pathway=0, signal=0
    )
    found = ms.equilibria(group, {"stressor": 0}, box={"fatigue": (0, 1), "threat": (0.3, 1)})
    assert [point.symmetry for point in found] == ["synchronous"]
    found = ms.equilibria(group, {"stressor": 0}, box={"fatigue": (0, 1)})
    words = [point.symmetry for point in found]
    assert len(found) == 27  # calm, on the threshold or chronic, each
    assert (words.count("synchronous"), words.count("partly synchronous")) == (3, 18)
    assert words.count("asymmetric") == 6
