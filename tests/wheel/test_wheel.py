"""The wheel, built and installed into an empty environment, used from another folder."""

import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

pytestmark = [pytest.mark.wheel, pytest.mark.xdist_group("wheel")]

ROOT = Path(__file__).resolve().parents[2]


def test_an_installed_wheel_holds_an_interview_from_another_folder(tmp_path: Path) -> None:
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    certificates = {**os.environ, "UV_SYSTEM_CERTS": "1"}
    build = subprocess.run(
        [str(uv), "build", "--wheel", "--out-dir", str(tmp_path / "dist"), str(ROOT)],
        env=certificates,
        capture_output=True,
        text=True,
        check=False,
    )
    assert build.returncode == 0, build.stderr
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    environment = tmp_path / "env"
    venv.create(environment, with_pip=False)
    python = environment / "bin" / "python"
    install = subprocess.run(
        [str(uv), "pip", "install", "--quiet", "--python", str(python), str(wheel)],
        env=certificates,
        capture_output=True,
        text=True,
        check=False,
    )
    assert install.returncode == 0, install.stderr
    installed = {p.name for p in (environment / "lib").rglob("site-packages/*")}
    assert not installed & {"torch", "sentence_transformers", "transformers"}

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    answers = elsewhere / "answers.txt"
    answers.write_text("It sets activations to zero at random while training.\n")
    home = elsewhere / "home"
    home.mkdir()
    bank = ROOT / "knowledge" / "deep-learning"
    small = elsewhere / "bank"
    small.mkdir()
    (small / "dropout.yaml").write_bytes((bank / "dropout.yaml").read_bytes())
    kept = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}

    def run(*arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(environment / "bin" / "interviewer"), *arguments],
            cwd=elsewhere,
            env={**kept, "INTERVIEWER_HOME": str(home), **extra},
            capture_output=True,
            text=True,
            check=False,
        )

    listed = run("bank", "list", "--json")
    assert len(json.loads(listed.stdout)) >= 24, listed.stderr
    done = run(
        *("practice", "--questions", "1", "--answers", "answers.txt", "--report", "out.json"),
        INTERVIEWER_BANK=str(small),
    )
    assert done.returncode == 0, done.stderr
    report = json.loads((elsewhere / "out.json").read_text())
    assert report["questions"][0]["question_id"] == "dropout"
    assert report["score"] is not None
