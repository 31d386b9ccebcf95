"""Makes the Python environment of a lock file with uv. Run by the install command of the uv provider; its output is the log.

Standard library only, Python 3.8 or newer. Exit codes: 0 made (or there already), 1 uv could not make it, 2 the project is
not as it must be, 3 uv is not to be had on this machine.
"""

import argparse
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys

OLDEST_PYTHON = (3, 8)
# The first uv that reads the lock files that a current one writes and knows every option used below.
OLDEST_UV = (0, 7, 0)
READY_FILE = "trellis-environment.json"


def main():
    parser = argparse.ArgumentParser()
    for name in ("environment", "lock-digest", "project", "tools", "uv-version"):
        parser.add_argument("--" + name, required=True)
    options = parser.parse_args()
    if sys.version_info < OLDEST_PYTHON:
        fail(3, "Python %d.%d or newer is needed as python3; this is %s at %s." % (OLDEST_PYTHON + (sys.version.split()[0], sys.executable)))
    check_project(options.project, options.lock_digest)
    os.makedirs(os.path.dirname(options.environment), exist_ok=True)
    with Lock(options.environment + ".lock", "Another run is making this environment; waiting for it."):
        if is_ready(options.environment):
            say("The environment of this lock file is there already.")
            return
        uv = find_uv(options.tools, options.uv_version)
        # What is left of an earlier try that was killed cannot be trusted.
        shutil.rmtree(options.environment, ignore_errors=True)
        make(uv, options)


def make(uv, options):
    command = [uv, "sync", "--locked", "--no-install-project", "--no-dev", "--project", options.project]
    environment = dict(os.environ, UV_PROJECT_ENVIRONMENT=options.environment)
    code = subprocess.call(command, env=environment, cwd=options.project, close_fds=False)
    if code != 0:
        shutil.rmtree(options.environment, ignore_errors=True)
        fail(1, "The environment could not be made; uv says why above.")
    # All of it must be on the disk before the file that vouches for it.
    os.sync()
    part = os.path.join(options.environment, READY_FILE + ".part")
    with open(part, "w") as file:
        json.dump({"format": 1, "lockDigest": options.lock_digest}, file)
        file.flush()
        os.fsync(file.fileno())
    os.rename(part, os.path.join(options.environment, READY_FILE))
    say("The environment is ready.")


def check_project(project, lock_digest):
    for name in ("pyproject.toml", "uv.lock"):
        if not os.path.isfile(os.path.join(project, name)):
            fail(2, "The repository has no %s in its root. Make it with `uv lock` and commit it." % name)
    with open(os.path.join(project, "uv.lock"), "rb") as file:
        digest = "sha256:" + hashlib.sha256(file.read()).hexdigest()
    if digest != lock_digest:
        fail(2, "uv.lock is not the expected one: its digest is %s, not %s." % (digest, lock_digest))


def is_ready(environment):
    return os.path.isfile(os.path.join(environment, READY_FILE)) and os.access(os.path.join(environment, "bin", "python"), os.X_OK)


def find_uv(tools, version):
    on_path = shutil.which("uv")
    if on_path and uv_version(on_path) >= OLDEST_UV:
        return on_path
    folder = os.path.join(tools, "uv-" + version)
    uv = os.path.join(folder, "bin", "uv")
    with Lock(os.path.join(tools, "uv.lock"), "Another run is installing uv; waiting for it."):
        if not uv_version(uv):
            install_uv(folder, version)
        if not uv_version(uv):
            fail(3, "uv was installed to %s but does not start on this machine. Put a uv that does on the PATH." % folder)
    return uv


def install_uv(folder, version):
    say("uv is not on the PATH; installing uv %s once." % version)
    pip = [sys.executable, "-m", "pip"]
    if subprocess.call(pip + ["--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) != 0:
        fail(3, "pip is missing for %s, and uv is not on the PATH. Install either (Debian: apt install python3-pip)." % sys.executable)
    part = folder + ".part"
    for old in (part, folder):
        shutil.rmtree(old, ignore_errors=True)
    command = pip + ["install", "--target", part, "--no-deps", "--only-binary", ":all:", "--no-input", "--quiet", "uv==" + version]
    settings = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore", "PIP_NO_COLOR": "1"}
    if subprocess.call(command, env=dict(os.environ, **settings), close_fds=False) != 0:
        fail(3, "uv could not be installed with pip; it says why above. Its index is set as for any pip (pip config, PIP_INDEX_URL). Or put uv on the PATH.")
    os.rename(part, folder)


def uv_version(uv):
    """The version as a tuple; the empty tuple, lower than any, when it does not start."""
    try:
        text = subprocess.check_output([uv, "--version"], stderr=subprocess.DEVNULL).decode()
    except (OSError, subprocess.CalledProcessError):
        return ()
    match = re.search(r"(\d+)\.(\d+)\.(\d+)", text)
    return tuple(int(part) for part in match.groups()) if match else ()


class Lock:
    """Held by this process and by the children it starts meanwhile: the kernel frees it when the last of them is gone."""

    def __init__(self, path, waiting):
        self.path = path
        self.waiting = waiting

    def __enter__(self):
        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        self.descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        os.set_inheritable(self.descriptor, True)
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(self.waiting)
            fcntl.flock(self.descriptor, fcntl.LOCK_EX)

    def __exit__(self, *_):
        os.close(self.descriptor)


def say(text):
    print(text, flush=True)


def fail(code, text):
    print(text, file=sys.stderr, flush=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
