"""Clients that generators make of the API's documents, checked strictly and run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.environment import require
from tests.node_process import install_packages
from tests.processes import find_free_port, run_python, serve

FOLDER = Path(__file__).parent / "generated"
# No generator and no linter asks a server of its maker.
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "DO_NOT_TRACK": "1"}

PASSWORD = "Difference-Engine-1"
DONE = "everything went well\n"
SCRIPTS = ("with_fetch.ts", "with_sdk.ts", "with_graphql.ts")


@contextmanager
def serve_with_admin(folder: Path) -> Iterator[str]:
    """Serve a new database, in the folder, with an admin. Yield the address."""
    database = f"sqlite:///{folder / 'db.sqlite3'}"
    # Other tests, which share a Redis, lock the name "admin" for a second.
    environment = {"DATABASE_URL": database, "REDIS_URL": ""}
    for command in (["migrate"], ["seed_users", "--password", PASSWORD]):
        done = run_python("manage.py", *command, **environment)
        assert done.returncode == 0, done.stderr
    with serve(find_free_port(), **environment) as address:
        yield address


def prepare_folder(folder: Path, openapi: Path, sdl: Path) -> None:
    """Copy the scripts and the documents into the folder, beside the packages of Node."""
    require(shutil.which("node") and shutil.which("npm"), "Node")
    install_packages(FOLDER)
    for file in FOLDER.iterdir():
        if file.is_file():
            shutil.copy(file, folder)
    (folder / "node_modules").symlink_to(FOLDER / "node_modules")
    shutil.copy(openapi, folder / "openapi.json")
    shutil.copy(sdl, folder / "schema.graphql")


def generate_typescript(folder: Path) -> None:
    """Generate the three clients in TypeScript, and check their types with those of the scripts."""
    run_package(folder, "graphql-codegen", "--config", "codegen.yml")
    generate_from_openapi(folder)


def generate_from_openapi(folder: Path) -> None:
    """Generate the two clients in TypeScript, and check the types of all that is in the folder."""
    run_package(folder, "openapi-typescript", "openapi.json", "-o", "made/schema.ts")
    client = ("-c", "@hey-api/client-fetch")
    run_package(folder, "openapi-ts", "-i", "openapi.json", "-o", "made/sdk", *client)
    run_package(folder, "tsc", "--project", ".")


def run_package(folder: Path, name: str, *arguments: str) -> str:
    """Run the command of a package of Node in the folder and return what it prints."""
    return run_command(folder, f"node_modules/.bin/{name}", *arguments)


def generate_python(folder: Path, *scripts: str) -> Path:
    """Generate the Python client and check the types, with those of the scripts.

    Returns the folder of the commands that run it.
    """
    commands = _install_python_packages(folder) / "bin"
    generate = ("openapi-python-client", "generate", "--meta", "none")
    run_command(
        folder, *generate, "--path", "openapi.json", "--output-path", "made", first=commands
    )
    run_command(folder, "mypy", *scripts, "made", first=commands)
    return commands


def run_generated_python(folder: Path, *arguments: str) -> str:
    """Generate the Python client and run the script with the arguments."""
    commands = generate_python(folder, "with_python.py")
    return run_command(folder, "python", "with_python.py", *arguments, first=commands)


def compile_kotlin(folder: Path) -> tuple[str, ...]:
    """Compile the programs in Kotlin. Returns the start of the command that runs one of them."""
    require(shutil.which("java"), "Java")
    require(shutil.which("uv"), "uv")
    # A package that has the compiler and kotlinx.serialization, beside much that is not needed.
    install = ("uv", "pip", "install", "--quiet", "--python", sys.executable, "--no-deps")
    run_command(folder, *install, "--target", "made", "-r", str(FOLDER / "kotlin.txt"))
    jars = folder / "made" / "run_kotlin_kernel" / "jars"
    # Its compiler does not know the part for kotlinx.serialization, which is in a file beside it.
    services = folder / "plugin" / "META-INF" / "services"
    services.mkdir(parents=True)
    part = "org.jetbrains.kotlinx.serialization.compiler.extensions.SerializationComponentRegistrar"
    (services / "org.jetbrains.kotlin.compiler.plugin.CompilerPluginRegistrar").write_text(part)
    needed = [*jars.glob("kotlin-stdlib-*.jar"), *jars.glob("kotlinx-serialization-*.jar")]
    libraries = ":".join(map(str, needed))
    # Java takes half of the CPU without its last optimizations.
    java = ("java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp")
    options = ("-Werror", "-no-stdlib", "-no-reflect", "-Xplugin=plugin", "-cp", libraries)
    compiler = (f"{jars}/*", "org.jetbrains.kotlin.cli.jvm.K2JVMCompiler", *options)
    run_command(folder, *java, *compiler, "-d", "classes", *map(str, sorted(FOLDER.glob("*.kt"))))
    return (*java, f"classes:{libraries}")


def lint(folder: Path) -> str:
    """Run both linters on the document, and return the words of the second.

    A warning counts as a fault, which fails here.
    """
    run_package(folder, "redocly", "lint", "--config", "redocly.yaml", "openapi.json")
    options = ("--ruleset", "spectral.yaml", "--fail-severity", "hint")
    return run_package(folder, "spectral", "lint", *options, "openapi.json")


def _install_python_packages(folder: Path) -> Path:
    """Return an environment in the folder with what requirements.txt pins."""
    require(shutil.which("uv"), "uv")
    environment = folder / "environment"
    run_command(folder, "uv", "venv", "--quiet", str(environment))
    python = ("--python", str(environment))
    run_command(folder, "uv", "pip", "install", "--quiet", *python, "-r", "requirements.txt")
    return environment


def run_command(folder: Path, *command: str, first: Path | None = None) -> str:
    path = os.environ["PATH"]
    # Neither the settings of the tests nor the service's own environment.
    hidden = ("VIRTUAL_ENV", "DJANGO_SETTINGS_MODULE")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    done = subprocess.run(
        [shutil.which(command[0], path=f"{first}:{path}") or command[0], *command[1:]],
        cwd=folder,
        env=environment | QUIET | {"PATH": f"{first}:{path}" if first else path},
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-3000:]
    return done.stdout
