"""Node scripts of tests/node, with the packages that they need."""

import shutil
import subprocess
from fcntl import LOCK_EX, flock
from pathlib import Path

from tests.environment import require

FOLDER = Path(__file__).parent / "node"


def run_node(script: str, *arguments: str) -> str:
    """Run a script of tests/node and return what it prints; without Node the test is skipped, on CI
    it fails.
    """
    require(shutil.which("node") and shutil.which("npm"), "Node")
    install_packages(FOLDER)
    done = subprocess.run(
        ["node", script, *arguments],
        cwd=FOLDER,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-3000:] + done.stdout[-3000:]
    return done.stdout


def install_packages(folder: Path) -> None:
    """Install what the folder's package.json pins, unless it has been since package.json was
    changed.
    """
    pins, stamp = folder / "package.json", folder / "node_modules" / ".package-lock.json"
    with pins.open() as lock:
        flock(lock, LOCK_EX)  # several processes may run the tests
        if not stamp.exists() or stamp.stat().st_mtime < pins.stat().st_mtime:
            subprocess.run(["npm", "install", "--silent"], cwd=folder, check=True, timeout=300)
