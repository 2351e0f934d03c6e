"""A caseload: what weeks of first sessions do to three helpers.

System S11. A helper sees five clients a day, five days a week, each for the first time: nobody
in the caseload gets better, so that only the helper changes. The trained, warm helper is
strengthened by his work. The detached one goes home as calm as he came, but his pathway,
which he hardly uses, wears away. The overwhelmed one is thrown into lasting high threat by
the first day and does not come down at night.

The idea says that the overwhelmed helper burns out over a caseload. In the model he is burnt out
from the first day, but not for ever: so much distress, mirrored back and forth, slowly
trains even him, and then he is calm at night. Lasting burnout does not come out of these
equations; nothing in them makes a helper give up. What a caseload does is our inference
from the idea, not its words; all parameter values are assumed. In mental-health staff
emotional exhaustion has a prevalence of about 40 % (O'Connor et al. 2018).
"""

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr

import mirrorsys as ms

HELPERS = {
    "warm": ms.models.therapist,
    "detached": ms.models.detached_therapist,
    "overwhelmed": ms.models.overwhelmed_therapist,
}
TEN_MINUTES = 10.0
HIGH = 0.3  # threat above this at the end of a night is a bad night


def compute(n_weeks: int = 4) -> xr.DataTree:
    weeks = ms.protocols.caseload(n_weeks)
    times = np.arange(0, weeks.duration + 1, TEN_MINUTES)
    return xr.DataTree.from_dict(
        {
            name: ms.simulate(
                ms.models.dyad(ms.models.client(), role()), protocol=weeks, times=times
            )
            for name, role in HELPERS.items()
        }
    )


def draw(data: xr.DataTree) -> plt.Figure:
    runs = {name: data[name].to_dataset() for name in HELPERS}
    figure, axes = plt.subplots(1, 3, figsize=(9.6, 3.9))
    for ax, state, phase, title in (
        (axes[0], "pathway", "session", "The helper's pathway"),
        (axes[1], "threat", "session", "Threat at the end of each session"),
        (axes[2], "threat", "night", "Threat alone, at the end of each night"),
    ):
        curves = {
            name: ms.plot.phase_ends(run, state, phase, person="therapist", count=phase)
            for name, run in runs.items()
        }
        ms.plot.comparison(curves, ax=ax).legend.remove()
        ax.set(title=title, ylim=(0, 0.95))
        if phase == "night":
            ax.set_xlabel("working day")
    figure.legend(
        *axes[0].get_legend_handles_labels(), title="helper", loc="outside lower center", ncols=3
    )
    figure.suptitle(finding(runs))
    return figure


def finding(runs: dict[str, xr.Dataset]) -> str:
    """Say what became of each helper's pathway, and who had bad nights."""
    pathways, nights = [], []
    for name, run in runs.items():
        pathway = run["pathway"].sel(person="therapist")
        pathways.append(f"{name} {float(pathway[0]):.2f} to {float(pathway[-1]):.2f}")
        threat = ms.plot.phase_ends(run, "threat", "night", person="therapist", count="night")
        if n_bad := int((threat >= HIGH).sum()):
            after = "burnt out to the end" if threat[-1] >= HIGH else "then calm at night"
            nights.append(f"{name} {n_bad} of {threat.size}, {after}")
    return (
        "A caseload of first sessions (our inference). "
        f"Nights in high threat: {'; '.join(nights) or 'none'}.\n"
        f"The helper's pathway: {', '.join(pathways)}."
    )


if __name__ == "__main__":
    with ms.plot.style():
        ms.plot.save_figure(draw(compute()), "caseload.png")
