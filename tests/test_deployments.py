"""The image, Compose, systemd and Kubernetes: what can be tried without their runtimes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from getpass import getuser
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.databases import make_database
from tests.environment import KEYS, VARIABLES, require
from tests.images import Stage, build_image
from tests.processes import ROOT, find_free_port, stop, wait_for_port

pytestmark = [pytest.mark.one_database]

KUBERNETES = ROOT / "deploy" / "kubernetes"
UNIT = ROOT / "deploy" / "django-auth-service.service"
# Longer than the order to stop takes by STOP_DELAY and SERVE_STOP_TIMEOUT.
LONGEST_STOP = 40


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    require(shutil.which("uv"), "uv")
    return build_image(tmp_path_factory.mktemp("image"))


def list_files(folder: Path) -> dict[Path, int]:
    return {path: path.lstat().st_mtime_ns for path in folder.rglob("*")}


@pytest.mark.exhaustive
def test_the_image_migrates_serves_and_is_healthy_without_writing_to_its_folder(
    image: Stage, tmp_path: Path
) -> None:
    assert image.user.split(":") == ["10001", "10001"]
    before = list_files(image.folder)
    sent = {path.name for path in before if ".venv" not in path.parts}
    assert {"manage.py", "permissions.toml"} <= sent
    assert not {".env", "tests", "db.sqlite3", ".git"} & sent
    port, live_port = find_free_port(), find_free_port()
    python = shutil.which("python", path=image.environment()["PATH"])
    start = [str(python), "manage.py"]
    with make_database(tmp_path) as url:
        variables = {**image.environment(), **KEYS, "DATABASE_URL": url}
        variables |= {"PORT": str(port), "SERVE_LIVE_PORT": str(live_port)}
        options: dict[str, Any] = {"cwd": image.folder, "env": variables}
        subprocess.run([*start, "migrate", "--verbosity=0"], check=True, **options)
        assert image.command["ENTRYPOINT"] == ["python", "manage.py"]
        served = [*start, *image.command["CMD"]]
        process: subprocess.Popen[bytes] = subprocess.Popen(
            served, start_new_session=True, **options
        )
        try:
            wait_for_port(port, process)
            subprocess.run([start[0], *image.health[1:]], check=True, timeout=30, **options)
        finally:
            stop(process)
    assert process.returncode == 0
    assert list_files(image.folder) == before


def read_documents(*files: Path) -> Iterator[dict[str, Any]]:
    for file in files:
        yield from yaml.safe_load_all(file.read_text(encoding="utf-8"))


@pytest.mark.exhaustive
def test_the_manifests_fit_the_schemas_of_kubernetes() -> None:
    """The schemas are too large for the environment of the tests (100 MB)."""
    require(shutil.which("uv"), "uv")
    files = [str(path) for path in sorted(KUBERNETES.glob("*.yaml"))]
    validate = ["--with", "kubernetes-validate==1.37.0", "kubernetes-validate", "--strict"]
    command = ["uv", "run", "--quiet", "--no-project", *validate, *files]
    environment = {name: text for name, text in os.environ.items() if name != "UV_NO_SYNC"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_pod_may_write_nothing_and_stops_in_time() -> None:
    kinds = {each["kind"]: each for each in read_documents(*KUBERNETES.glob("*.yaml"))}
    assert {"Deployment", "Job", "HorizontalPodAutoscaler", "PodDisruptionBudget"} <= kinds.keys()
    for kind in ("Deployment", "Job"):
        pod = kinds[kind]["spec"]["template"]["spec"]
        (container,) = pod["containers"]
        assert pod["securityContext"]["runAsNonRoot"]
        assert container["securityContext"]["readOnlyRootFilesystem"]
        assert "memory" in container["resources"]["limits"]
    assert (
        kinds["Deployment"]["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
        > LONGEST_STOP
    )
    variables = kinds["ConfigMap"]["data"]
    assert "STOP_DELAY" in variables
    (container,) = kinds["Deployment"]["spec"]["template"]["spec"]["containers"]
    ports = {each["name"]: each["containerPort"] for each in container["ports"]}
    assert str(ports["live"]) == variables["SERVE_LIVE_PORT"]
    assert container["livenessProbe"]["httpGet"]["port"] == "live"


def test_compose_waits_for_the_database_and_asks_for_the_keys() -> None:
    (compose,) = read_documents(ROOT / "compose.yaml")
    services = compose["services"]
    assert services["service"]["read_only"]
    assert (
        services["service"]["depends_on"]["migrate"]["condition"]
        == "service_completed_successfully"
    )
    for name in ("migrate", "service"):
        assert services[name]["environment"]["SECRET_KEY"] == "${SECRET_KEY:?}"
        # The other settings of the adopter, such as AUTH_PLUGINS.
        assert services[name]["env_file"] == [{"path": ".env", "required": False}]
    for volume in services["nginx"]["volumes"]:
        source = volume.partition(":")[0]
        assert source.startswith("./certificates/") or (ROOT / source).exists()
    assert "server 127.0.0.1:8000" in (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    addresses = {
        name: services[name]["networks"]["default"]["ipv4_address"] for name in ("service", "nginx")
    }
    assert services["service"]["environment"]["TRUSTED_PROXIES"] == addresses["nginx"]
    assert f"/{addresses['service']}:8000/" in services["nginx"]["command"][-1]


def test_the_samples_set_variables_that_there_are() -> None:
    (compose,) = read_documents(ROOT / "compose.yaml")
    named = set(compose["services"]["service"]["environment"])
    kinds = list(read_documents(*KUBERNETES.glob("*.yaml")))
    named |= {name for each in kinds if each["kind"] == "ConfigMap" for name in each["data"]}
    named |= set(re.findall(r"\b[A-Z]+_[A-Z_]+\b", UNIT.read_text(encoding="utf-8")))
    assert named - {*VARIABLES, "AF_INET", "AF_UNIX"} == set()


@pytest.mark.exhaustive
def test_systemd_takes_the_unit_and_shuts_the_service_in(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    require(analyze, "systemd-analyze")
    text = UNIT.read_text(encoding="utf-8").replace("/srv/django-auth-service", str(ROOT))
    unit = tmp_path / UNIT.name
    unit.write_text(
        re.sub("^User=.*", f"User={getuser()}", text, flags=re.MULTILINE), encoding="utf-8"
    )
    verify = subprocess.run(
        [str(analyze), "verify", str(unit)], capture_output=True, text=True, check=False
    )
    assert (verify.returncode, verify.stdout + verify.stderr) == (0, "")
    # 0 is shut in, 100 is open.
    rated = [str(analyze), "security", "--offline=yes", "--threshold=40", str(unit)]
    assert subprocess.run(rated, capture_output=True, check=False).returncode == 0
