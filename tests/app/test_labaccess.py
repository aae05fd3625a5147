"""The access file of a lab: taken whole, refused without showing what is in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from netwright.app.labaccess import read_access
from netwright.base.errors import InputError


def test_an_access_file_is_taken_whole(tmp_path: Path) -> None:
    file = tmp_path / "access.yaml"
    file.write_text(
        "namespace: demo-mgr\nusername: netops\nprivate_key: KEY\nsnmp_community: c0mm\n"
        "secrets: {isp-md5: s3cret}\nendpoints: {r1: {host: 127.0.0.1, ssh_port: 2201}}\nremark: ignored\n"
    )
    access = read_access(file)
    assert access.namespace == "demo-mgr"
    assert access.endpoints["r1"].ssh_port == 2201
    assert access.secrets["isp-md5"].reveal() == "s3cret"
    credentials = access.credentials()
    assert credentials.username == "netops"
    assert credentials.password is None
    assert credentials.private_key is not None
    assert credentials.private_key.reveal() == "KEY"


@pytest.mark.parametrize(
    "text", ["password: hunter2", "username: [hunter2]", "username: 'x\n hunter2: :", "hunter2", "- hunter2"]
)
def test_a_bad_file_is_refused_and_its_values_are_not_shown(tmp_path: Path, text: str) -> None:
    file = tmp_path / "access.yaml"
    file.write_text(text)
    with pytest.raises(InputError, match="netwright lab access") as caught:
        read_access(file)
    assert "hunter2" not in str(caught.value)
