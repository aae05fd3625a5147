"""Compile the .proto files of ``netwright.device.gnmi.proto`` to Python beside them."""

from __future__ import annotations

import sys
from pathlib import Path

import grpc_tools
from grpc_tools import protoc

SRC = Path(__file__).parents[1] / "src"
FOLDER = SRC / "netwright" / "device" / "gnmi" / "proto"
WELL_KNOWN = Path(grpc_tools.__file__).parent / "_proto"

if __name__ == "__main__":
    sources = [str(path.relative_to(SRC)) for path in sorted(FOLDER.glob("*.proto"))]
    sys.exit(
        protoc.main(
            ["protoc", f"-I{SRC}", f"-I{WELL_KNOWN}", f"--python_out={SRC}", f"--pyi_out={SRC}", *sources]
        )
    )
