"""Runs protoc over protos/ and writes generated/: stubs, their types, and the descriptor set.

Usage: generate.py DIRECTORY (replaced as a whole).
"""

from __future__ import annotations

import shutil
import sys
import sysconfig
import tempfile
from importlib.resources import files
from pathlib import Path

from grpc_tools import protoc
from protobuf.wkt.google.protobuf.descriptor_pb import FileDescriptorProto, FileDescriptorSet
from protovalidate._gen.buf.validate import validate_pb

PROTOS = Path(__file__).resolve().parent.parent / "protos"
VALIDATE = "buf/validate/validate.proto"


def validate_descriptors() -> bytes:
    """`buf/validate/validate.proto` with what it imports, as protoc's `--descriptor_set_in` takes it.

    protovalidate ships it as a descriptor only, so no `.proto` file need be copied.
    """
    imported: list[FileDescriptorProto] = [d.proto for d in validate_pb.desc().dependencies]
    return FileDescriptorSet(file=[*imported, validate_pb.desc().proto]).to_binary()


def generate(target: Path) -> int:
    """Writes everything into `target` and returns protoc's exit code."""
    # Where google/api/*.proto lie: googleapis-common-protos installs them beside its modules.
    site_packages = sysconfig.get_paths()["purelib"]
    sources = sorted(str(path.relative_to(PROTOS)) for path in PROTOS.rglob("*.proto"))
    with tempfile.TemporaryDirectory() as scratch:
        descriptors = Path(scratch, "validate.binpb")
        descriptors.write_bytes(validate_descriptors())
        common = [
            "protoc",
            f"-I{PROTOS}",
            f"-I{files('grpc_tools') / '_proto'}",
            f"-I{site_packages}",
            f"--descriptor_set_in={descriptors}",
        ]
        stubs = [*common, f"--python_out={target}", f"--pyi_out={target}"]
        services = [*common, f"--grpc_python_out={target}", f"--mypy_grpc_out=quiet:{target}"]
        described = [
            *common,
            "--include_imports",
            "--include_source_info",
            f"--descriptor_set_out={target / 'descriptors.binpb'}",
        ]
        return int(
            protoc.main([*stubs, *sources, VALIDATE])
            or protoc.main([*services, *(name for name in sources if name.endswith("_service.proto"))])
            or protoc.main([*described, *sources])
        )


def main() -> int:
    """Generates beside the target first, so that a failure leaves the present state as it is."""
    target = Path(sys.argv[1])
    fresh = target.with_name(target.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    if code := generate(fresh):
        shutil.rmtree(fresh)
        return code
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
