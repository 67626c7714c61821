"""Runs tests/toggled_process.py, and names the sets of plugins for it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import packages_distributions
from itertools import combinations
from typing import Any

from tests.environment import KEYS
from tests.processes import ROOT

CORE = "auth_core"
PLUGINS = sorted(folder.parent.name for folder in ROOT.glob("auth_*/apps.py"))
OTHERS = [plugin for plugin in PLUGINS if plugin != CORE]
Plugins = tuple[str, ...]
_SMALL = [chosen for size in (1, 2) for chosen in combinations(OTHERS, size)]
# Each once: of two plugins the pair is all of them.
SUBSETS: list[Plugins] = [(), *dict.fromkeys((CORE, *each) for each in (*_SMALL, tuple(OTHERS)))]
HALF: list[Plugins] = [(CORE,), *((plugin,) for plugin in OTHERS), tuple(OTHERS)]


def run_tasks(tasks: Iterable[dict[str, Any]]) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "tests.toggled_process"],
        input=json.dumps(list(tasks)),
        cwd=ROOT,
        env={**os.environ, **KEYS},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def list_blocked(subset: Plugins) -> list[str]:
    """Return the plugins that are out, and the packages that come with no other plugin."""
    extras: dict[str, list[str]] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    needs = {
        plugin: {re.split(r"[\[=<>]", each)[0] for each in extras.get(plugin[5:], ())}
        for plugin in PLUGINS
    }
    # Every plugin's package needs that of auth_core, whether or not it is installed as an app.
    needed = {CORE} if subset else set()
    absent = [plugin for plugin in PLUGINS if plugin not in {*subset, *needed}]
    kept = {name for plugin in subset for name in needs[plugin]}
    unneeded = {name for plugin in absent for name in needs[plugin]} - kept
    modules = [module for module, names in packages_distributions().items() if unneeded & {*names}]
    # They are installed always, as auth_jwt is a default.
    keys = ("cryptography", "jwt") if {*subset} <= {CORE, "auth_basic"} else ()
    return [*absent, *modules, *keys]
