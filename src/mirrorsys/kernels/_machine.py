"""Machine code for the processor at hand, kept on disk for the next process.

The environment variable ``MIRRORSYS_CACHE`` moves the folder.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

from llvmlite import binding

from mirrorsys._files import whole_file
from mirrorsys.kernels._cache import cache_folder
from mirrorsys.kernels._llvm import started

__all__ = ["lanes_at_hand", "machine_code"]


@cache
def lanes_at_hand() -> int:
    """Return how many doubles a vector register of this processor holds."""
    features = binding.get_host_cpu_features()
    return 8 if features.get("avx512f") else 4 if features.get("avx2") else 2


def machine_code(key: str, texts: Callable[[], list[str]]) -> binding.ExecutionEngine:
    """Compile modules of LLVM, linked to one, or load what an earlier process compiled.

    Parameters
    ----------
    key : str
        Everything that decides the texts.
    texts : callable
        Returns the modules; the first may call functions of the others. It is called only if
        nothing is kept under the key.
    """
    started()
    machine = _machine()
    whole = "\0".join([key, _own_source(), machine.triple, *_processor(), _version()])
    name = hashlib.sha256(whole.encode()).hexdigest()[:32]
    path = cache_folder() / f"{name}.o"
    engine = binding.create_mcjit_compiler(binding.parse_assembly(""), machine)
    engine.add_object_file(binding.ObjectFileRef.from_data(_kept(path, texts, machine)))
    engine.finalize_object()
    return engine


@cache
def _own_source() -> str:
    """Return a digest of the modules that write the texts."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _version() -> str:
    return f"{binding.llvm_version_info}"


def _kept(path: Path, texts: Callable[[], list[str]], machine: binding.TargetMachine) -> bytes:
    """Return the object code at `path`, made and written there if it is missing or broken."""
    with suppress(OSError):
        data = path.read_bytes()
        digest, _, code = data.partition(b"\n")
        if digest == hashlib.sha256(code).hexdigest().encode():
            return code
    code = _compiled(texts(), machine)
    with suppress(OSError):  # nowhere to write: compile again, next time
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as temporary:
            Path(temporary).write_bytes(hashlib.sha256(code).hexdigest().encode() + b"\n" + code)
    return code


def _compiled(texts: list[str], machine: binding.TargetMachine) -> bytes:
    module, *others = (binding.parse_assembly(text) for text in texts)
    for other in others:
        module.link_in(other)
    module.triple, module.data_layout = machine.triple, str(machine.target_data)
    options = binding.create_pipeline_tuning_options(speed_level=3)
    options.loop_vectorization = options.slp_vectorization = True
    builder = binding.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
    return bytes(machine.emit_object(module))


def _machine() -> binding.TargetMachine:
    cpu, features = _processor()
    target = binding.Target.from_default_triple()
    return target.create_target_machine(cpu=cpu, features=features, opt=3, jit=True)


@cache
def _processor() -> tuple[str, str]:
    return binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten()
