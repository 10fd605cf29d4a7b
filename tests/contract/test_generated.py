"""generated/ is what scripts/generate makes of protos/, byte for byte, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.contract.descriptions import GENERATED

ROOT = GENERATED.parent


def tree(directory: Path) -> dict[str, bytes]:
    """Every file and what it holds."""
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_generated_code_is_fresh(tmp_path: Path) -> None:
    """Whoever changes the contract runs scripts/generate."""
    target = tmp_path / "generated"
    # protoc looks for its plugins on the PATH: those beside this Python.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

    subprocess.run(
        [sys.executable, "scripts/generate.py", str(target)],
        cwd=ROOT,
        env={**os.environ, "PATH": path},
        check=True,
    )

    made, present = tree(target), tree(GENERATED)
    assert sorted(made) == sorted(present)
    assert [name for name in made if made[name] != present[name]] == []


def test_every_proto_has_its_stubs_and_their_types() -> None:
    """Messages, and for services what speaks grpc."""
    present = tree(GENERATED)
    assert "descriptors.binpb" in present

    for proto in sorted((ROOT / "protos").rglob("*.proto")):
        stem = str(proto.relative_to(ROOT / "protos").with_suffix(""))
        wanted = [f"{stem}_pb2.py", f"{stem}_pb2.pyi"]
        if stem.endswith("_service"):
            wanted += [f"{stem}_pb2_grpc.py", f"{stem}_pb2_grpc.pyi"]
        assert [name for name in wanted if name not in present] == []
