"""Folders for sockets are short, tell whose they are, and are swept when that process is gone."""

import os
import subprocess
import sys

from seedmetrics.batch import sockets


def test_a_temporary_folder_too_deep_for_a_socket_is_passed_over(monkeypatch, tmp_path):
    deep = tmp_path / ("d" * 90)
    deep.mkdir()
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(deep))
    assert str(sockets.parent_folder()) == "/tmp"
    monkeypatch.setattr(sockets, "LONGEST", 5)
    assert sockets.parent_folder() is None
    with sockets.socket_folder() as folder:
        assert folder is None, "jupyter_client's own way, TCP"


def test_the_folder_of_a_killed_process_is_swept_and_no_other(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    gone = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    for name in (f"sm{gone}-abcd", f"sm{os.getpid()}-abcd", "sm-other", "smart", f"sm{gone}"):
        (tmp_path / name).mkdir()
    (tmp_path / f"sm{gone}-abcd" / "k-ipc-1").touch()
    assert [folder.name for folder in sockets.sweep()] == [f"sm{gone}-abcd"]
    assert len(list(tmp_path.iterdir())) == 4


def test_a_folder_is_open_to_its_user_alone():
    with sockets.socket_folder() as folder:
        assert folder is not None
        assert folder.stat().st_mode & 0o077 == 0
        assert sockets.OURS.fullmatch(folder.name)[1] == str(os.getpid())
    assert not folder.exists()
