"""The project as a whole: which way imports run, names, dependencies, and setting it up."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import crawler
import exporters
import pipelines

ROOT = Path(__file__).parents[1]
SPIDERS = sorted(p for p in (ROOT / "crawler" / "spiders").glob("*.py") if p.stem != "__init__")
# What a clone holds, and nothing that installing or running adds.
FOLDERS = (".ci", "crawler", "pipelines", "exporters", "tests")


def imports(path: Path, *, inside_functions: bool = True) -> Iterator[str]:
    """Dotted names of the project that a module imports, relative ones made absolute."""
    package = path.relative_to(ROOT).parent.parts
    todo: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not inside_functions:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*above, *((node.module,) if node.module else ())))
            # `from crawler import items` imports crawler.items
            yield from (f"{module}.{alias.name}" for alias in node.names)
        todo.extend(ast.iter_child_nodes(node))


def within(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def test_crawler_reaches_the_others_in_commands_only() -> None:
    commands = ROOT / "crawler" / "commands"
    wrong = [
        (str(path.relative_to(ROOT)), name)
        for path in modules("crawler")
        if not path.is_relative_to(commands)
        for name in imports(path, inside_functions=False)
        if within(name, ("pipelines", "exporters"))
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("package", "allowed"),
    [
        ("pipelines", ("pipelines", "crawler.items", "crawler.reading")),
        ("exporters", ("exporters", "crawler.items", "crawler.reading", "pipelines")),
    ],
)
def test_imports_run_one_way(package: str, allowed: tuple[str, ...]) -> None:
    wrong = [
        (str(path.relative_to(ROOT)), name)
        for path in modules(package)
        for name in imports(path)
        if within(name, ("crawler", "pipelines", "exporters")) and not within(name, allowed)
    ]
    assert wrong == []


def test_items_import_nothing_of_the_project() -> None:
    found = list(imports(ROOT / "crawler" / "items.py"))
    assert found
    assert [name for name in found if within(name, ("crawler", "pipelines", "exporters"))] == []


@pytest.mark.parametrize("package", [crawler, pipelines, exporters], ids=lambda p: p.__name__)
def test_the_checkout_is_what_runs(package: object) -> None:
    """After a plain `pip install .` an installed copy would run, and edits would do nothing."""
    assert Path(str(getattr(package, "__file__", ""))).is_relative_to(ROOT)


def test_dependencies_have_both_bounds() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert len(project["dependencies"]) > 5
    for line in project["dependencies"]:
        operators = {spec.operator for spec in Requirement(line).specifier}
        assert operators == {">=", "<"}, line


@pytest.mark.parametrize("path", SPIDERS, ids=lambda p: p.stem)
def test_spider_is_named_like_its_file_and_says_what_it_is(path: Path) -> None:
    module = ast.parse(path.read_text(encoding="utf-8"))
    names = [
        statement.value.value
        for spider in module.body
        if isinstance(spider, ast.ClassDef)
        for statement in spider.body
        if isinstance(statement, ast.Assign | ast.AnnAssign)
        and isinstance(statement.value, ast.Constant)
        and "name"
        in [ast.unparse(t) for t in getattr(statement, "targets", [])]
        + [ast.unparse(getattr(statement, "target", ast.Constant("")))]
    ]
    assert names == [path.stem]
    assert ast.get_docstring(module) or any(
        isinstance(node, ast.ClassDef) and ast.get_docstring(node) for node in module.body
    )


def test_there_are_spiders() -> None:
    assert "gdzz" in [path.stem for path in SPIDERS]


def test_no_file_names_a_package_host() -> None:
    """Where packages come from is the business of the machine that installs them."""
    host = re.compile(rb"py(?:pi\.org|thonhosted)|registry\.npm|deb\.debian")
    files = [path for path in ROOT.iterdir() if path.is_file()]
    for folder in FOLDERS:
        files += [path for path in (ROOT / folder).rglob("*") if path.is_file()]
    assert [str(path) for path in files if host.search(path.read_bytes())] == []


@pytest.fixture
def bare_machine(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A copy of the Makefile, and a PATH with make and the shell's tools but no Python."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("make", "sh", "awk", "head", "tail", "rm"):
        found = shutil.which(tool)
        assert found, f"{tool} is needed for this test"
        (tools / tool).symlink_to(found)
    shutil.copy(ROOT / "Makefile", tmp_path)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path, {"PATH": str(tools)}


def fake(folder: Path, name: str, script: str) -> None:
    path = folder / "tools" / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def make(folder: Path, env: dict[str, str], *targets: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(shutil.which("make")), *targets], cwd=folder, env=env, capture_output=True, text=True
    )


def test_make_names_every_python_it_refused(bare_machine: tuple[Path, dict[str, str]]) -> None:
    folder, env = bare_machine
    version = 'case "$2" in *"print("*) echo %s;; *"< (3, 11)"*) exit %s;; *ensurepip*) exit %s;; '
    fake(folder, "python3.14", "echo 'pyenv: python3.14: command not found' >&2; exit 127")
    fake(folder, "python3.12", version % ("3.12.1", 0, 1) + "esac")
    fake(
        folder, "python3.11", version % ("3.11.2", 0, 0) + "*) echo 'disk full' >&2; exit 1;; esac"
    )
    fake(folder, "python3", version % ("3.9.2", 1, 0) + "esac")
    result = make(folder, env, "lint")
    assert result.returncode != 0
    refused = [line for line in result.stderr.splitlines() if line.startswith("  ")]
    assert [line.replace(f"  {folder}/tools/", "") for line in refused] == [
        "python3.14: does not run: pyenv: python3.14: command not found",
        "python3.12: is 3.12.1 without venv or ensurepip "
        "(Debian, Ubuntu: apt install python3-venv)",
        "python3.11: is 3.11.2, but made no environment: disk full",
        "python3: is 3.9.2, older than 3.11",
    ]
    assert not (folder / ".venv").exists()


def test_make_passes_over_a_shim_that_only_has_the_name(
    bare_machine: tuple[Path, dict[str, str]],
) -> None:
    folder, env = bare_machine
    fake(folder, "python3.13", "exit 127")
    fake(folder, "python3", f'exec "{sys.executable}" "$@"')
    result = make(folder, env, ".venv/bin/python")
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith(f"Made .venv with {folder}/tools/python3 3.")
    assert (folder / ".venv" / "bin" / "python").exists()


def test_make_says_so_where_there_is_no_python(bare_machine: tuple[Path, dict[str, str]]) -> None:
    result = make(*bare_machine, "lint")
    assert result.returncode != 0
    assert "python3.11:python3:python: none is on PATH" in result.stderr


def test_make_alone_lists_the_targets(bare_machine: tuple[Path, dict[str, str]]) -> None:
    folder, env = bare_machine
    result = make(folder, env)
    assert [line.split()[1] for line in result.stdout.splitlines()] == [
        *("help", "demo", "test", "nightly", "audit", "clients", "lint", "bench")
    ]


def test_what_trafilatura_needs_is_installed_by_name() -> None:
    """Some versions of pip leave out the extra by which justext asks for it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    names = {re.split(r"[<>=\[]", dependency)[0] for dependency in project["dependencies"]}
    assert {"lxml", "lxml_html_clean", "trafilatura"} <= names
