"""The virtual environment of tap-hubspot: its pins are older than the project's, so it lives apart, in `.venv-tap`.

Installed from a lock file with hashes; a stamp with the lock's own hash says that nothing is to be done.
"""

import hashlib
import subprocess
import sys
from pathlib import Path

_HERE = Path(__file__).parent
_ROOT = _HERE.parents[2]
LOCK = _HERE / "tap-requirements.lock"


def tap_python() -> Path:
    """The interpreter of an environment that holds exactly what the lock says. Raises when it cannot be installed."""
    home = _ROOT / ".venv-tap"
    stamp, python = home / "lock.sha256", home / "bin" / "python"
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text().strip() == wanted:
        return python
    stamp.unlink(missing_ok=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", str(LOCK)]
    subprocess.run(install, check=True)
    stamp.write_text(wanted)
    return python
