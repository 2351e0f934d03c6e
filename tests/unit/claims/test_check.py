"""The table of claims: complete, judged as it says, and able to fail."""

import json
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import mirrorsys as ms
from mirrorsys import claims
from mirrorsys.claims import ParameterSet
from mirrorsys.claims import _scenarios as scenarios
from mirrorsys.claims._registry import level_of, meets

COLUMNS = ["system", "statement", "quantity", "value", "direction", "bound", "margin", "holds",
           "control", "control_value", "control_broken", "note"]  # fmt: skip


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return claims.check()


def test_every_system_is_covered_in_order(table: pd.DataFrame) -> None:
    assert list(dict.fromkeys(table.system)) == list(claims.SYSTEMS)
    assert list(table.columns) == COLUMNS
    assert len(table) == len(claims.CLAIMS)


def test_statements_are_sentences_and_name_each_claim_once(table: pd.DataFrame) -> None:
    assert not table.duplicated(["system", "statement"]).any()
    assert table.statement.str.match(r"^[A-Z].*[.?]$").all()
    assert (table.quantity != "").all()


def test_values_are_finite_and_margins_signed(table: pd.DataFrame) -> None:
    assert np.isfinite(table.value).all()
    judged = table[table.direction != "reported"]
    assert ((judged.margin >= 0) == judged.holds.astype(bool)).all()
    assert np.isfinite(judged.bound).all()


def test_every_claim_holds_with_the_default_parameters(table: pd.DataFrame) -> None:
    failing = table[table.holds.eq(False)]
    assert failing.empty, failing[["system", "statement", "value", "bound"]]


def test_every_control_breaks_its_claim(table: pd.DataFrame) -> None:
    controlled = table[table.control != ""]
    assert set(controlled.system) == set(claims.SYSTEMS) - {"S12"}
    unbroken = controlled[~controlled.control_broken.astype(bool)]
    assert unbroken.empty, unbroken[["system", "statement", "control", "control_value"]]


def test_reported_quantities_have_words_and_no_verdict(table: pd.DataFrame) -> None:
    reported = table[table.direction == "reported"]
    assert set(reported.system) == {"S6", "S8", "S11", "S12"}
    assert reported.holds.isna().all()
    assert reported.bound.isna().all()
    assert (reported.note.str.len() > 20).all()
    assert reported.statement.str.endswith("?").all()


def test_our_inferences_are_marked(table: pd.DataFrame) -> None:
    inferred = table[table.note.str.contains("Our inference")]
    assert inferred.system.tolist() == ["S3", "S8", "S8", "S11"]


def test_the_table_goes_into_json(table: pd.DataFrame) -> None:
    rows = json.loads(table.to_json(orient="records"))
    assert rows[0]["holds"] is True
    assert rows[0]["system"] == "S1"


# ---- judging ------------------------------------------------------------------------------


def test_all_hold_wants_every_claim_and_every_control(table: pd.DataFrame) -> None:
    good = table[table.holds.ne(False)].reset_index(drop=True)
    assert claims.all_hold(good)
    for column in ("holds", "control_broken"):
        bad = good.copy()
        bad.loc[0, column] = False
        assert not claims.all_hold(bad)
    assert claims.all_hold(table) == bool(table.holds.ne(False).all())


# One coupling or process taken away from everybody, and what must then fail.
BREAKS = [
    ("S1", {"mu": 0.0}),
    ("S1", {"nu": 0.0}),
    ("S2", {"rho": 0.0}),
    ("S2", {"alpha": 0.0}),
    ("S3", {"lambda_down": 0.0}),
    ("S4", {"mu": 0.0}),
    ("S4", {"kappa": 0.0}),
    ("S4", {"nu": 0.0}),
    ("S4", {"beta": 0.0}),
    ("S5", {"eta": 0.0}),
    ("S6", {"rho": 0.0}),
    ("S7", {"mu": 0.0}),
    ("S7", {"kappa": 0.0}),
    ("S7", {"nu": 0.0}),
    ("S7", {"beta": 0.0}),
    ("S8", {"eta": 0.0}),
    ("S9", {"eta": 0.0}),
    ("S10", {"eta": 0.0}),
    ("S11", {"rho": 0.0}),
    ("S12", {"eta": 0.0}),
]


@pytest.mark.parametrize(("system", "params"), BREAKS)
def test_claims_fail_without_their_mechanism(system: str, params: dict[str, float]) -> None:
    """At least one claim of the system fails that held with the default parameters."""

    def holding(parameters: ParameterSet) -> set[str]:
        return {
            claim.statement
            for claim in claims.CLAIMS
            if claim.system == system
            and claim.direction != "reported"
            and meets(claim, claim.measure(parameters), level_of(claim, parameters))
        }

    assert holding(ParameterSet()) - holding(ParameterSet.of(params))


def test_check_itself_shows_a_claim_that_fails() -> None:
    broken = claims.check("S1", params={"mu": 0.0})
    assert broken.holds.tolist() == [False, True]
    assert broken.margin.iloc[0] < 0
    assert not claims.all_hold(broken)


def test_check_shows_a_control_that_does_not_break() -> None:
    # Without rumination an upset infant calms down whatever its carer does.
    table = claims.check("S4", params={"rho": 0.0})
    calm = table[table.quantity.str.startswith("answered infant's highest")].iloc[0]
    assert calm.holds is True
    assert calm.control_broken is False
    assert not claims.all_hold(table)


@pytest.mark.parametrize(
    ("systems", "message"),
    [("S13", r"\['S13'\]; give some of \['S1', 'S2'"), ([], r"`systems` names \[\]"),
     (["S1", "s2"], r"\['s2'\]")],
)  # fmt: skip
def test_unknown_systems_are_refused(systems: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        claims.check(systems)  # type: ignore[arg-type]


def test_some_systems_alone_agree_with_the_whole(table: pd.DataFrame) -> None:
    some = claims.check(["S2", "S9"])
    whole = table[table.system.isin(["S2", "S9"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(some, whole)


# ---- sampling does not decide -------------------------------------------------------------


def refined(step: float) -> Callable[..., xr.Dataset]:
    def simulate(system: ms.System, *, protocol: ms.Protocol, **options: object) -> xr.Dataset:
        end = protocol.duration
        times = np.linspace(0, end, round(end / step) + 1)
        return ms.simulate(
            system, protocol=protocol, times=times, rtol=1e-10, atol=1e-12, **options
        )  # type: ignore[arg-type]

    return simulate


def forget() -> None:
    for each in vars(scenarios).values():
        if hasattr(each, "cache_clear"):
            each.cache_clear()


@pytest.mark.parametrize(("systems", "step"), [({"S1", "S2", "S4", "S7"}, 0.02), ({"S8"}, 1.0)])
def test_finer_sampling_and_tolerance_change_nothing(
    table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch, systems: set[str], step: float
) -> None:
    """Between the steps of the integrator curves are taken as straight: an error below 0.002."""
    forget()
    monkeypatch.setattr(scenarios, "simulate", refined(step))
    for row, claim in zip(table.itertuples(), claims.CLAIMS, strict=True):
        if claim.system in systems and claim.direction != "reported":
            value = claim.measure(ParameterSet())
            assert value == pytest.approx(row.value, abs=2e-3), claim.statement
            assert abs(row.margin) > 5 * abs(value - row.value), claim.statement
    monkeypatch.undo()
    forget()
