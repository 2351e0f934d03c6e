"""Three helpers: one who feels and soothes himself, one who keeps his distance, one overwhelmed.

The same client has twenty weekly sessions with each of three helpers (S7, S10, S11). The
warm one lets the client's distress in and answers it with tenderness toward himself. The
detached one has turned his mirror down: little of the client's distress reaches him, so
there is little for him to soothe and little soothing for the client to see. The
overwhelmed one lets everything in and has no tenderness toward himself.

Threat alone is the one in everyday life, just before the next session. All parameter
values are assumed. A related finding in people: training in empathy raises negative
affect, and training in compassion afterwards reverses it (Klimecki et al. 2014).
"""

import matplotlib.pyplot as plt
import xarray as xr
from matplotlib.figure import Figure

import mirrorsys as ms

HELPERS = {
    "warm": ms.models.therapist,
    "detached": ms.models.detached_therapist,
    "overwhelmed": ms.models.overwhelmed_therapist,
}
CALM = 0.2  # threat alone


def compute(n_sessions: int = 20) -> xr.DataTree:
    course = ms.protocols.weekly_sessions(n_sessions)
    return xr.DataTree.from_dict(
        {
            name: ms.simulate(ms.models.dyad(ms.models.client(), role()), protocol=course)
            for name, role in HELPERS.items()
        }
    )


def draw(data: xr.DataTree) -> Figure:
    runs = {name: data[name].to_dataset() for name in HELPERS}
    figure, axes = plt.subplots(2, 2, figsize=(8.6, 6.0), sharex=True)
    for row, state, phases, title in (
        (axes[0], "pathway", ("before", "session"), "pathway after each session"),
        (axes[1], "threat", ("before", "between"), "threat alone, a week later"),
    ):
        for ax, person, who in zip(row, ("client", "therapist"), ("client", "helper"), strict=True):
            curves = {
                name: ms.plot.phase_ends(run, state, phases, person=person)
                for name, run in runs.items()
            }
            ms.plot.comparison(curves, ax=ax).legend.remove()
            ax.set(title=f"The {who}'s {title}", ylim=(0, 0.85))
            ax.label_outer()
    figure.legend(
        *axes[0, 0].get_legend_handles_labels(), title="helper", loc="outside lower center", ncols=3
    )
    figure.suptitle(finding(runs))
    return figure


def finding(runs: dict[str, xr.Dataset]) -> str:
    """Say whose client is calm alone at the end, and whose own pathway grew most."""
    calm, tense, gains = [], [], {}
    for name, run in runs.items():
        threat = float(run["threat_at_end"].sel(person="client")[-1])
        (calm if threat < CALM else tense).append(f"{name} ({threat:.2f})")
        pathway = run["pathway"].sel(person="therapist")
        gains[name] = float(pathway[-1] - pathway[0])
    most = max(gains, key=lambda name: gains[name])
    return (
        f"The client alone in the end. Calm with the helper: {', '.join(calm) or 'none'}. "
        f"Not with: {', '.join(tense) or 'none'}.\n"
        f"The helper whose own pathway grows most: {most} ({gains[most]:+.2f})."
    )


if __name__ == "__main__":
    with ms.plot.style():
        ms.plot.save_figure(draw(compute()), "three_helpers.png")
