"""An ensemble on Dask: a cluster of worker processes on this machine."""

import os
import signal
import sys
import time
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys import outputs

distributed = pytest.importorskip("distributed")
pytestmark = [
    pytest.mark.filterwarnings("default"),  # what a cluster says when a worker is killed
    pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL"),
]

DYAD = ms.models.dyad(ms.models.client(), ms.models.therapist())
MEMBERS = ms.sample(DYAD, 160, 0.2, seed=5)
WANTED = {"w": outputs.at_phase_ends("client.pathway", phase="session")}


def study(**arguments: Any) -> Any:
    return ms.ensemble(
        DYAD, MEMBERS, protocol=ms.protocols.weekly_sessions(20), outputs=WANTED, **arguments
    )


def test_a_killed_worker_loses_nothing_and_a_new_one_gets_work(tmp_path: Path) -> None:
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        first = set(client.scheduler_info()["workers"])
        pids = client.run(os.getpid)
        marks = tmp_path / "s.zarr" / ".finished"

        def interfere() -> None:
            begin = time.monotonic()
            while time.monotonic() - begin < 60 and not (marks.is_dir() and os.listdir(marks)):
                time.sleep(0.01)
            os.kill(next(iter(pids.values())), signal.SIGKILL)
            cluster.scale(3)

        thread = Thread(target=interfere)
        thread.start()
        run = study(executor=client.get_executor(), store=tmp_path / "s.zarr", chunk=4)
        thread.join()
        assert len(os.listdir(marks)) == 40
        client.wait_for_workers(3, timeout=60)
        assert set(client.scheduler_info()["workers"]) - first
    np.testing.assert_array_equal(run.w, study().w)
    assert (run.status == "completed").all()
