"""The therapist is trained too: a lone stressor is answered faster and ends lower.

System S9. What the therapist does in every session, feeling the client's distress and
soothing himself, trains his own pathway. It shows in his private life: alone, under ten
minutes of a stressor, his threat is compared before and after twenty sessions: its peak,
the time until half of the way from the peak to the end of the stressor is done, and that
end. The detached therapist is the control: there is hardly anything for him to soothe in
his sessions, so his pathway fades, and he answers the same stressor worse than before.

All parameter values are assumed.
"""

import matplotlib.pyplot as plt
import xarray as xr

import mirrorsys as ms

HELPERS = {"warm": ms.models.therapist, "detached": ms.models.detached_therapist}
TEST = ms.protocols.stress_test()
ONSET, END = TEST.edges[1:3]
LOOKS = {"before": {"alpha": 0.5, "linewidth": 1.2}, "after": {"linewidth": 2.2}}


def compute(n_sessions: int = 20) -> xr.DataTree:
    """Return the stress test before and after the course, for both; time begins at the onset."""
    course = ms.protocols.weekly_sessions(n_sessions)
    runs = {}
    for name, role in HELPERS.items():
        run = ms.simulate(ms.models.dyad(ms.models.client(), role()), protocol=course)
        pathway = run["pathway"].sel(person="therapist")
        for when, moment in (("before", 0), ("after", -1)):
            test = ms.simulate(role(), protocol=TEST, initial={"pathway": float(pathway[moment])})
            runs[f"{name}/{when}"] = ms.plot.since(test, ONSET)
    return xr.DataTree.from_dict(runs)


def answer(test: xr.Dataset) -> dict[str, float]:
    """Return peak, minutes to half of the way down, and end of threat under the stressor."""
    threat = test["threat"].sel(time=slice(0, END - ONSET))
    peak, end = float(threat.max()), float(test["threat_at_end"][1])
    later = threat.sel(time=slice(threat.idxmax("time"), None))
    half = float((later <= (peak + end) / 2).idxmax("time"))
    return {"peak": peak, "half-way down at min": half, "end": end}


def draw(data: xr.DataTree) -> plt.Figure:
    figure, axes = plt.subplots(1, 2, figsize=(9.0, 4.8), sharey=True)
    verdicts = []
    for ax, name in zip(axes, HELPERS, strict=True):
        tests = {when: data[name][when].to_dataset() for when in LOOKS}
        for when, test in tests.items():
            for state in ("threat", "soothing"):
                ms.plot.timecourse(test, state, ax=ax, label=f"{state}, {when}", **LOOKS[when])
        ms.plot.phases(tests["after"], ["stress"], written=True, ax=ax)
        before, after = (answer(test) for test in tests.values())
        figures = "\n".join(f"{key} {before[key]:.2f} → {after[key]:.2f}" for key in before)
        pathway = " → ".join(f"{float(test['pathway'][0]):.2f}" for test in tests.values())
        ax.set(
            xlim=(-2, 22), ylim=(0, 0.55), ylabel="threat, soothing (dimensionless)",
            title=f"The {name} therapist: pathway {pathway}",
        )  # fmt: skip
        ax.text(10.4, 0.54, f"threat under stress\n{figures}", va="top", size=8, linespacing=1.5)
        ax.label_outer()
        verdicts.append(f"the {name} therapist {verdict(before, after)}")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    figure.suptitle("A stressor alone, before and after the course:\n" + ", ".join(verdicts))
    return figure


def verdict(before: dict[str, float], after: dict[str, float]) -> str:
    """Say whether the answer has become better in all respects, worse in all, or neither."""
    better = {after[key] < before[key] for key in before}
    if better == {True}:
        return "answers faster and ends lower"
    return "answers slower and ends higher" if better == {False} else "is better in part"


if __name__ == "__main__":
    with ms.plot.style():
        ms.plot.save_figure(draw(compute()), "therapist_gain.png")
